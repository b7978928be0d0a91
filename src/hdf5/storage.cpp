#include "hdf5/storage.hpp"

#include <array>
#include <limits>

#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/memory.hpp"

namespace mpilogit::hdf5 {

namespace {

// Deflate's best is 1032 : 1.
constexpr std::int64_t kLargestRatio = 1100;

core::Error unsound(const std::string& where, const std::string& what, const std::string& why,
                    const std::string& remedy) {
  return core::bad_input({.what = what, .where = where, .why = why, .remedy = remedy});
}

core::Error damaged(const std::string& where, const std::string& what) {
  return unsound(where, what, "the file is damaged or was not written to its end",
                 "Write it again");
}

// Registered with the HDF Group; the numbers are for ever.
std::string filter_name(H5Z_filter_t filter) {
  struct Known {
    H5Z_filter_t number;
    const char* name;
  };
  constexpr std::array<Known, 11> kKnown = {{{4, " (szip)"},
                                             {307, " (bzip2)"},
                                             {32000, " (lzf)"},
                                             {32001, " (blosc)"},
                                             {32004, " (lz4)"},
                                             {32008, " (bitshuffle)"},
                                             {32013, " (zfp)"},
                                             {32017, " (sz)"},
                                             {32018, " (fcidecomp)"},
                                             {32026, " (blosc2)"},
                                             {32015, " (zstd)"}}};
  for (const auto& known : kKnown) {
    if (known.number == filter) return known.name;
  }
  return "";
}

core::Error missing_filter(const std::string& where, H5Z_filter_t filter) {
  unsigned loading = 0;
  const bool plugins = H5PLget_loading_state(&loading) >= 0 && (loading & H5PL_FILTER_PLUGIN) != 0;
  return unsound(
      where,
      "is compressed with HDF5 filter number " + std::to_string(filter) + filter_name(filter),
      plugins ? "this filter is not built into HDF5, and no plugin for it was found"
              : "this filter is not built into HDF5, and plugins are not loaded without "
                "--allow-plugins",
      plugins ? "Name the folder of the plugin in HDF5_PLUGIN_PATH, or rewrite the file with gzip: "
                "h5repack -f SHUF -f GZIP=4 IN.h5 OUT.h5"
              : "Rewrite the file with gzip: h5repack -f SHUF -f GZIP=4 IN.h5 OUT.h5");
}

void require_filters(hid_t creation, const std::string& where) {
  const int filters = H5Pget_nfilters(creation);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    std::size_t parameters = 0;
    const H5Z_filter_t filter = H5Pget_filter2(creation, static_cast<unsigned>(i), &flags,
                                               &parameters, nullptr, 0, nullptr, nullptr);
    if (filter >= 0 && H5Zfilter_avail(filter) > 0) continue;
    H5Eclear2(H5E_DEFAULT);
    throw missing_filter(where, filter);
  }
}

// A chunk may be larger than a data set that can still grow, never larger than it can become.
void require_chunks_inside(hid_t dataset, const ArrayInfo& info, const std::string& where) {
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, "reading the shape", where);
  std::vector<hsize_t> largest(info.dimensions.size());
  check(H5Sget_simple_extent_dims(space.get(), nullptr, largest.data()), "reading the shape",
        where);
  for (std::size_t i = 0; i < largest.size(); ++i) {
    if (info.chunk[i] < 1) throw damaged(where, "its chunks have no size");
    const bool can_grow = largest[i] == H5S_UNLIMITED;
    if (!can_grow && static_cast<hsize_t>(info.chunk[i]) > largest[i]) {
      throw damaged(where, "its chunks are larger than the data set");
    }
  }
}

// One chunk is the least that HDF5 reads, however little of it is wanted.
void require_sensible_chunks(const ArrayInfo& info, std::int64_t stored, const std::string& where) {
  std::vector<std::int64_t> sizes = info.chunk;
  sizes.push_back(info.stored_bytes);
  const std::int64_t chunk = element_count(sizes, where);
  if (stored == 0) return;  // nothing was written, which is said elsewhere
  if (info.filtered ? chunk / kLargestRatio > stored : chunk > stored) {
    throw damaged(where, "a chunk of it has " + std::to_string(chunk) + " bytes, but only " +
                             std::to_string(stored) + " are stored");
  }
  require_memory(chunk, where);
}

// What the index of the chunks says may be made up.
void require_inside_file(const File& file, std::int64_t stored, const std::string& where) {
  hsize_t size = 0;
  check(H5Fget_filesize(file.get(), &size), "looking at the size", file.path());
  if (stored < 0 || static_cast<hsize_t>(stored) > size) {
    throw damaged(where, "claims to take " + std::to_string(stored) + " bytes of a file of " +
                             std::to_string(size));
  }
}

std::int64_t expected_chunks(const ArrayInfo& info, const std::string& where) {
  std::vector<std::int64_t> per_dimension;
  for (std::size_t i = 0; i < info.chunk.size(); ++i) {
    const std::int64_t size = info.dimensions[i];
    per_dimension.push_back(size / info.chunk[i] + (size % info.chunk[i] != 0 ? 1 : 0));
  }
  return element_count(per_dimension, where);
}

void require_chunks_written(hid_t dataset, const ArrayInfo& info, const std::string& where) {
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, "reading the shape", where);
  hsize_t written = 0;
  check(H5Dget_num_chunks(dataset, space.get(), &written), "counting the chunks", where);
  const std::int64_t expected = expected_chunks(info, where);
  if (static_cast<std::int64_t>(written) < expected) {
    throw damaged(where, "only " + std::to_string(written) + " of its " + std::to_string(expected) +
                             " chunks are stored");
  }
}

}  // namespace

std::int64_t element_count(const std::vector<std::int64_t>& dimensions, const std::string& where) {
  std::int64_t count = 1;
  for (const auto size : dimensions) {
    if (__builtin_mul_overflow(count, size, &count)) {
      throw damaged(where, "declares more elements than can be counted");
    }
  }
  return count;
}

std::vector<std::int64_t> extent(hid_t space, const std::string& where) {
  const int rank = H5Sget_simple_extent_ndims(space);
  check(rank, "reading the shape", where);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), "reading the shape", where);
  for (const auto size : sizes) {
    if (size > static_cast<hsize_t>(std::numeric_limits<std::int64_t>::max())) {
      throw damaged(where, "declares more elements than can be counted");
    }
  }
  return {sizes.begin(), sizes.end()};
}

void require_sound_storage(const File& file, hid_t dataset, const std::string& name,
                           const ArrayInfo& info) {
  const std::string where = file.where(name);
  const Handle creation =
      checked(H5Dget_create_plist(dataset), H5Pclose, "reading the layout", where);
  if (H5Pget_external_count(creation.get()) > 0) {
    throw unsound(where, "is stored in other files (external storage)",
                  "it may name any file, so it is not read", "Copy the data into this file");
  }
  require_filters(creation.get(), where);
  if (info.is_virtual) return require_virtual_sources(file, dataset, name, info);

  std::vector<std::int64_t> sizes = info.dimensions;
  sizes.push_back(info.stored_bytes);
  const std::int64_t declared = element_count(sizes, where);
  const auto stored = static_cast<std::int64_t>(H5Dget_storage_size(dataset));
  if (stored == 0) found(-1, "reading the layout", where);  // so HDF5 says that a disk failed, too
  require_inside_file(file, stored, where);
  if (!info.chunk.empty()) {
    require_chunks_inside(dataset, info, where);
    require_sensible_chunks(info, stored, where);
    require_chunks_written(dataset, info, where);
  }
  if (info.filtered ? declared / kLargestRatio > stored : declared > stored) {
    throw damaged(where, "declares " + std::to_string(declared) + " bytes, but " +
                             std::to_string(stored) + " are stored");
  }
}

}  // namespace mpilogit::hdf5
