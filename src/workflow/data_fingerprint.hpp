#pragma once
// Whether two runs see the same data.

#include <cstdint>

#include "mpilogit/workflow/fit_options.hpp"

#include "training_set.hpp"

namespace mpilogit::workflow {

/// Of all rows with their numbers, labels, weights, trials, offsets and groups: the same on any
/// number of ranks, and for dense and sparse files of the same numbers. Collective. Cost: about one
/// pass over the data.
std::uint64_t data_fingerprint(const TrainingSet& set, const comm::Communicator& communicator);

}  // namespace mpilogit::workflow
