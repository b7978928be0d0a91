#pragma once
// Inference and summaries as parts of a run record.

#include <nlohmann/json.hpp>
#include <nlohmann/json_fwd.hpp>

#include "inference/summarize.hpp"
#include "model/model.hpp"

namespace mpilogit::inference {

/// Of a model that has inference. What is not a finite number is null.
nlohmann::ordered_json inference_record(const model::Model& model);

/// `statistic`, `degrees`, `p` and `log10_p`: of a probability below every double p is 0, and
/// log10_p still tells it.
nlohmann::ordered_json of_statistic(const model::ChiSquared& value);

/// "estimated", "aliased", "separated" or "fixed".
const char* to_string(model::CoefficientStatus status);

/// The scalars of the inference by their names, `tests` and `coefficients`.
nlohmann::ordered_json summary_record(const model::Model& model, const Summary& summary);

}  // namespace mpilogit::inference
