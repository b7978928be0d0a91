#pragma once
// Run records of evaluations and predictions as JSON: keys that scripts rely upon
// (docs/formats.md).

#include <string>

#include "scoring/evaluate.hpp"
#include "scoring/predict.hpp"

namespace mpilogit::scoring {

/// What does not exist is null.
std::string to_json(const EvaluateResult& result);
std::string to_json(const PredictResult& result);

}  // namespace mpilogit::scoring
