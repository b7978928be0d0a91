#pragma once
// Links and references of HDF5: what a name leads to.

#include <optional>
#include <string>
#include <vector>

#include "hdf5/file.hpp"

namespace mpilogit::hdf5 {

/// The name of the dimension scale that belongs to dimension `dimension` of a data set (its
/// attribute DIMENSION_LIST, as h5py and netCDF-4 write it), the first if there are several.
/// Nothing if there is none in this file.
std::optional<std::string> dimension_scale(const File& file, const std::string& name,
                                           std::int64_t dimension);

/// The files, other than itself, that the virtual data sets of a file have their parts in, each as
/// HDF5 would look for it, whether it is there or not. Cost: a look at every data set.
std::vector<std::string> virtual_source_files(const File& file);

std::string without_leading_slash(const std::string& name);

/// Throws if `name` cannot be opened inside this file: missing (the message lists what is there), a
/// link that leads nowhere, or one that leads out of the file.
void require_object(const File& file, const std::string& name);

/// Opens the data set `name`. Throws as `require_object`, and if it is a group.
Handle open_dataset(const File& file, const std::string& name, hid_t access = H5P_DEFAULT);

/// Opens the data set, the group, or for "/" the root.
Handle open_object(const File& file, const std::string& name);

}  // namespace mpilogit::hdf5
