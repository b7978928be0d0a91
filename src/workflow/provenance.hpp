#pragma once
// What a training run notes down of where it came from.

#include <optional>
#include <string>

#include "mpilogit/workflow/fit_options.hpp"
#include "mpilogit/workflow/provenance.hpp"

#include "training_set.hpp"

namespace mpilogit::workflow {

/// Collective. Looks at the data once, and at the models that the options name.
Provenance provenance_of(const Origin& origin, const TrainingSet& set,
                         const PenaltyOptions& penalty, double tolerance,
                         const std::optional<std::string>& start,
                         const comm::Communicator& communicator);

/// Collective. SHA-256 of a model's coefficients.
std::string sha256_of_model(const std::string& path, const comm::Communicator& communicator);

}  // namespace mpilogit::workflow
