#pragma once
// Whether aggregated (binomial) data is what it says.

#include <vector>

#include "data/metadata/metadata.hpp"

namespace mpilogit::data {

/// Collective. Throws unless all are whole numbers, 0 ≤ successes ≤ trials, there is a trial, and
/// all trials can be counted exactly in doubles.
void require_trials(const Metadata& metadata, Range rows, const std::vector<double>& successes,
                    const std::vector<double>& trials, const comm::Communicator& communicator);

}  // namespace mpilogit::data
