#pragma once
// A summary as JSON: keys that scripts rely upon (docs/formats.md).

#include <nlohmann/json_fwd.hpp>

#include "inference/summarize.hpp"

namespace mpilogit::inference {

/// `statistic`, `degrees`, `p` and `log10_p`: of a probability below every double p is 0, and
/// log10_p still tells it.
nlohmann::ordered_json of_statistic(const model::ChiSquared& value);

/// "estimated", "aliased", "separated" or "fixed".
const char* to_string(model::CoefficientStatus status);

/// The scalars of the inference by their names, `tests` and `coefficients`.
nlohmann::ordered_json summary_record(const model::Model& model, const Summary& summary);

}  // namespace mpilogit::inference
