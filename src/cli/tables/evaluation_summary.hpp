#pragma once
// An evaluation as a person reads it.

#include <string>

#include "scoring/evaluate.hpp"

namespace mpilogit::cli {

std::string describe(const scoring::EvaluateReport& report);

}  // namespace mpilogit::cli
