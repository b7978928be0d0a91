#pragma once
// Data sets that others refer to.

#include <optional>
#include <string>

#include "mpilogit/hdf5/file.hpp"

namespace mpilogit::hdf5 {

/// The name of the dimension scale that belongs to dimension `dimension` of a data set (its
/// attribute DIMENSION_LIST, as h5py and netCDF-4 write it), the first if there are several.
/// Nothing if there is none in this file.
std::optional<std::string> dimension_scale(const File& file, const std::string& name,
                                           std::int64_t dimension);

}  // namespace mpilogit::hdf5
