#pragma once
// What the columns of the features are called, wherever a file says so.

#include <string>
#include <vector>

#include "data/metadata/metadata.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::data {

/// From the data set `feature_names`, else the dimension scale of the features' second dimension,
/// the genes of 10x Genomics, or the index of AnnData's `var`. `name` is the features' data set or
/// group. Empty if there are none. Throws bad input if there are not as many as features.
std::vector<std::string> read_feature_names(const hdf5::File& file, const std::string& name,
                                            const FileMetadata& metadata);

}  // namespace mpilogit::data
