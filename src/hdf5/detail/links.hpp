#pragma once
// Finding objects inside a file by name, and saying why they are not found.

#include <string>

#include "hdf5/file.hpp"

namespace mpilogit::hdf5 {

std::string without_leading_slash(const std::string& name);

/// Throws if `name` cannot be opened inside this file: missing (the message lists what is there), a
/// link that leads nowhere, or one that leads out of the file.
void require_object(const File& file, const std::string& name);

/// Opens the data set `name`. Throws as `require_object`, and if it is a group.
Handle open_dataset(const File& file, const std::string& name, hid_t access = H5P_DEFAULT);

/// Opens the data set, the group, or for "/" the root.
Handle open_object(const File& file, const std::string& name);

}  // namespace mpilogit::hdf5
