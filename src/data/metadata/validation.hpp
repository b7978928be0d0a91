#pragma once
// Whether the features in memory are numbers.

#include "data/metadata/findings.hpp"

namespace mpilogit::data {

/// Collective. Throws if there is a value on any rank that is NaN or infinite: how many, and the
/// first with its row and column. `mine` are this rank's, `name` is the features' data set.
void require_finite(const Finding& mine, const Metadata& metadata, const std::string& name,
                    const comm::Communicator& communicator);

}  // namespace mpilogit::data
