#pragma once
// An evaluation as a person reads it.

#include <string>

#include "mpilogit/workflow/evaluate.hpp"

namespace mpilogit::cli {

std::string describe(const workflow::EvaluateReport& report);

}  // namespace mpilogit::cli
