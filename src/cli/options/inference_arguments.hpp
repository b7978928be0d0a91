#pragma once
// The options of inference.

#include <optional>

#include "cli/options/arguments.hpp"
#include "fitting/train.hpp"

namespace mpilogit::cli {

/// --inference and what belongs to it; none without. `options`: all the others, as they were read.
/// Throws for what is no inference and was not forced.
std::optional<inference::InferenceOptions> inference_from(const Arguments& arguments,
                                                          const fitting::TrainOptions& options);

}  // namespace mpilogit::cli
