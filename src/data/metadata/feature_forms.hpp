#pragma once
// In which forms features are stored, ours and those of others.

#include <string>

#include "data/metadata/metadata.hpp"
#include "hdf5/file.hpp"

namespace mpilogit::data {

// The forms that features come in: a dense data set, or a group of compressed rows as AnnData,
// h5sparse or 10x Genomics write it.

/// The data set or group that is meant by `wanted`: where the default, X, is missing, the counts of
/// 10x Genomics (/matrix).
std::string find_features(const hdf5::File& file, const std::string& wanted);

/// Fills in what the features say of the metadata. Throws bad input if they cannot be read.
void inspect_features(const hdf5::File& file, const std::string& name, FileMetadata& metadata);

/// Whether a group holds counts as 10x Genomics writes them: CSC of features × cells, which is CSR
/// of cells × features.
bool is_tenx(const hdf5::File& file, const std::string& group);

/// Throws bad input if `name` is missing or there in a form that cannot be read although it is
/// known: of pandas, PyTables, MATLAB or AnnData before 0.7.
void refuse_foreign(const hdf5::File& file, const std::string& name);

}  // namespace mpilogit::data
