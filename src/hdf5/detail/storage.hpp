#pragma once
// Whether a data set's declared size and storage make sense together.

#include "hdf5/array.hpp"

namespace mpilogit::hdf5 {

/// Numbers of the filters that a data set's chunks go through.
std::vector<H5Z_filter_t> filters_of(hid_t creation);

/// Product of the dimensions. Throws if it does not fit an int64.
std::int64_t element_count(const std::vector<std::int64_t>& dimensions, const std::string& where);

/// Sizes of each dimension of a simple data space.
std::vector<std::int64_t> extent(hid_t space, const std::string& where);

/// Throws unless everything that the data set declares is stored in this very file in a way that
/// can be read. Fills in `file_bytes`; a virtual data set is `fragile` if one of its sources is.
void require_sound_storage(const File& file, hid_t dataset, const std::string& name,
                           ArrayInfo& info);

/// Throws unless every part of a virtual data set exists in sound storage of its own and the parts
/// cover it: HDF5 would silently read fill values.
void require_virtual_sources(const File& file, hid_t dataset, const std::string& name,
                             ArrayInfo& info);

}  // namespace mpilogit::hdf5
