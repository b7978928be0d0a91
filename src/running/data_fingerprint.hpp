#pragma once
// Whether two runs see the same data.

#include "problem/fit_options.hpp"
#include "problem/training_set.hpp"
#include "running/provenance.hpp"

namespace mpilogit::running {

/// Of all rows with their numbers: features, labels (or successes), trials, weights, offsets and
/// groups; and of what the penalty reads of each feature. The same on any number of ranks, and for
/// dense and sparse files of the same numbers. Collective. Cost: one look at the data.
DataFingerprint data_fingerprint(const problem::TrainingSet& set,
                                 const problem::PenaltyOptions& penalty,
                                 const comm::Communicator& communicator);

}  // namespace mpilogit::running
