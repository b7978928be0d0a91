#pragma once
// Creating data sets, the same way for small arrays and long columns.

#include "hdf5/file.hpp"

namespace mpilogit::hdf5 {

/// Fixed length in bytes; H5T_VARIABLE is a length, too.
Handle text_type(std::size_t length);

Handle data_space(const std::vector<std::int64_t>& dimensions, const std::string& where);

/// Creates the data set and the groups on its way. No time stamps: equal contents, equal bytes.
/// Throws bad input if the disk has no room for it.
Handle create_dataset(const File& file, const std::string& name, hid_t type,
                      const std::vector<std::int64_t>& dimensions,
                      H5D_alloc_time_t allocated = H5D_ALLOC_TIME_DEFAULT);

/// `texts` one after the other, each padded with zeros to `length`.
std::vector<char> padded(std::span<const std::string> texts, std::size_t length);

}  // namespace mpilogit::hdf5
