#pragma once
// Whether the features in memory are numbers.

#include "data/feature_rows.hpp"
#include "data/metadata.hpp"

namespace mpilogit::data {

/// Collective. Throws if any value on any rank is NaN or infinite: how many, and the first with its
/// row and column. `rows` are the global rows that `features` hold.
void require_finite(const FeatureRows& features, const Metadata& metadata, Range rows,
                    const std::string& name, const comm::Communicator& communicator);

}  // namespace mpilogit::data
