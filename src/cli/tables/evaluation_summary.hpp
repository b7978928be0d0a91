#pragma once
// An evaluation as a person reads it.

#include <string>

#include "scoring/evaluate.hpp"

namespace mpilogit::cli {

/// The table of all metrics in docs/metrics.md.
std::string metrics_markdown();

std::string describe(const scoring::EvaluateResult& result);

}  // namespace mpilogit::cli
