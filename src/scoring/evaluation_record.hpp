#pragma once
// What a run record says of an evaluation.

#include <nlohmann/json.hpp>

#include "scoring/evaluate.hpp"

namespace mpilogit::workflow {

/// Adds the keys of all metrics. What does not exist is null.
void add_assessment(const EvaluateReport& report, nlohmann::ordered_json& json);

}  // namespace mpilogit::workflow
