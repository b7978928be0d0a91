#pragma once
// What a training run notes down of where it came from.

#include <optional>
#include <string>

#include "problem/fit_options.hpp"
#include "running/provenance.hpp"

#include "problem/training_set.hpp"

namespace mpilogit::workflow {

/// Collective. Looks at the data once, and at the models that the options name.
Provenance provenance_of(const Origin& origin, const TrainingSet& set,
                         const PenaltyOptions& penalty, double tolerance,
                         const std::optional<std::string>& start,
                         const comm::Communicator& communicator);

/// Collective. SHA-256 of a model's coefficients.
std::string sha256_of_model(const std::string& path, const comm::Communicator& communicator);

}  // namespace mpilogit::workflow
