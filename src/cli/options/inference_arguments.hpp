#pragma once
// The options of inference.

#include <optional>

#include "fitting/train.hpp"

#include "cli/options/arguments.hpp"

namespace mpilogit::cli {

/// --inference and what belongs to it; none without. `options`: all the others, as they were read.
/// Throws for what is no inference and was not forced.
std::optional<workflow::InferenceOptions> inference_from(const Arguments& arguments,
                                                         const workflow::TrainOptions& options);

}  // namespace mpilogit::cli
