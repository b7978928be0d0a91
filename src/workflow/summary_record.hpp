#pragma once
// A summary as JSON: keys that scripts rely upon (docs/formats.md).

#include <nlohmann/json_fwd.hpp>

#include "mpilogit/workflow/summarize.hpp"

namespace mpilogit::workflow {

/// The scalars of the inference by their names, `tests` and `coefficients`.
nlohmann::ordered_json summary_record(const model::Model& model, const Summary& summary);

}  // namespace mpilogit::workflow
