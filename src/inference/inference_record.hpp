#pragma once
// Inference as a run record tells it.

#include <nlohmann/json.hpp>

#include "model/model.hpp"

namespace mpilogit::inference {

/// Of a model that has inference. What is not a finite number is null.
nlohmann::ordered_json inference_record(const model::Model& model);

}  // namespace mpilogit::inference
