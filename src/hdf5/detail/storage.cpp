#include "hdf5/detail/storage.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/error.hpp"
#include "hdf5/memory.hpp"

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
  for (const H5Z_filter_t filter : filters_of(creation)) {
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

// Of one chunk, as it is in memory.
std::int64_t chunk_bytes(const ArrayInfo& info, const std::string& where) {
  std::vector<std::int64_t> sizes = info.chunk;
  sizes.push_back(info.stored_bytes);
  return element_count(sizes, where);
}

// One chunk is the least that HDF5 reads, however little of it is wanted.
void require_sensible_chunks(const ArrayInfo& info, std::int64_t stored, const std::string& where) {
  const std::int64_t chunk = chunk_bytes(info, where);
  if (stored == 0) return;  // nothing was written, which is said elsewhere
  if (info.filtered ? chunk / kLargestRatio > stored : chunk > stored) {
    throw damaged(where, "a chunk of it has " + std::to_string(chunk) + " bytes, but only " +
                             std::to_string(stored) + " are stored");
  }
  require_memory(chunk, where);
}

std::int64_t size_of_file(const File& file) {
  hsize_t size = 0;
  check(H5Fget_filesize(file.get(), &size), "looking at the size", file.path());
  return static_cast<std::int64_t>(size);
}

// What the index of the chunks says may be made up.
void require_inside_file(std::int64_t file_bytes, std::int64_t stored, const std::string& where) {
  if (stored >= 0 && stored <= file_bytes) return;
  throw damaged(where, "claims to take " + std::to_string(stored) + " bytes of a file of " +
                           std::to_string(file_bytes));
}

std::int64_t expected_chunks(const ArrayInfo& info, const std::string& where) {
  std::vector<std::int64_t> per_dimension;
  for (std::size_t i = 0; i < info.chunk.size(); ++i) {
    const std::int64_t size = info.dimensions[i];
    per_dimension.push_back(size / info.chunk[i] + (size % info.chunk[i] != 0 ? 1 : 0));
  }
  return element_count(per_dimension, where);
}

// Of the chunk whose first element is at `place`; 0 if there is none.
std::int64_t stored_bytes_of_chunk(hid_t dataset, const std::vector<hsize_t>& place,
                                   const std::string& where) {
  hsize_t bytes = 0;
  const bool is_there = H5Dget_chunk_storage_size(dataset, place.data(), &bytes) >= 0;
  if (!is_there) found(-1, "looking for its chunks", where);  // throws if the disk failed
  return is_there ? static_cast<std::int64_t>(bytes) : 0;
}

// The place of the next chunk, the last dimension first; false after the last one.
bool to_next_chunk(const ArrayInfo& info, std::vector<hsize_t>& place) {
  for (std::size_t i = place.size(); i-- > 0;) {
    place[i] += static_cast<hsize_t>(info.chunk[i]);
    if (place[i] < static_cast<hsize_t>(info.dimensions[i])) return true;
    place[i] = 0;
  }
  return false;
}

// What the chunks of a data set may take in the file.
struct ChunkSizes {
  std::int64_t least = 1;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

// Only compression changes sizes, and a checksum adds four bytes, which HDF5 takes away without
// asking whether they are there.
ChunkSizes chunk_sizes(hid_t creation, const ArrayInfo& info, const std::string& where) {
  constexpr std::int64_t kChecksum = 4;
  ChunkSizes sizes;
  bool compressed = false;
  for (const H5Z_filter_t filter : filters_of(creation)) {
    if (filter == H5Z_FILTER_FLETCHER32) sizes.least = kChecksum + 1;
    if (filter != H5Z_FILTER_FLETCHER32 && filter != H5Z_FILTER_SHUFFLE) compressed = true;
  }
  if (compressed) return sizes;
  const std::int64_t whole = chunk_bytes(info, where);
  return {whole, whole + sizes.least - 1};
}

// HDF5 believes the index: it takes fill values in the place of a chunk that is noted at another
// one, and reads past the end of one that is shorter than it should be. Cost: a search for each.
void require_each_chunk(hid_t dataset, const ArrayInfo& info, const ChunkSizes& sizes,
                        const std::string& where) {
  std::vector<hsize_t> place(info.chunk.size(), 0);
  do {
    const std::int64_t bytes = stored_bytes_of_chunk(dataset, place, where);
    if (bytes >= sizes.least && bytes <= sizes.most) continue;
    const std::string chunk = "its chunk at row " + std::to_string(place[0]);
    throw damaged(where, bytes == 0 ? chunk + " is missing"
                                    : chunk + " cannot have " + std::to_string(bytes) + " bytes");
  } while (to_next_chunk(info, place));
}

// The counts come first: they bound the search.
void require_chunks_written(hid_t dataset, hid_t creation, const ArrayInfo& info,
                            std::int64_t stored, const std::string& where) {
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, "reading the shape", where);
  hsize_t written = 0;
  check(H5Dget_num_chunks(dataset, space.get(), &written), "counting the chunks", where);
  const std::int64_t expected = expected_chunks(info, where);
  if (static_cast<std::int64_t>(written) < expected) {
    throw damaged(where, "only " + std::to_string(written) + " of its " + std::to_string(expected) +
                             " chunks are stored");
  }
  const ChunkSizes sizes = chunk_sizes(creation, info, where);
  // Of chunks without filters HDF5 tells the size that they should have, but reads by the index.
  if (!info.filtered &&
      element_count({static_cast<std::int64_t>(written), sizes.least}, where) != stored) {
    throw damaged(where, "its " + std::to_string(written) + " chunks of " +
                             std::to_string(sizes.least) + " bytes cannot take " +
                             std::to_string(stored));
  }
  if (expected > 0) require_each_chunk(dataset, info, sizes, where);
}

}  // namespace

std::vector<H5Z_filter_t> filters_of(hid_t creation) {
  std::vector<H5Z_filter_t> filters;
  const int count = H5Pget_nfilters(creation);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t parameters = 0;
    filters.push_back(H5Pget_filter2(creation, static_cast<unsigned>(i), &flags, &parameters,
                                     nullptr, 0, nullptr, nullptr));
  }
  return filters;
}

std::int64_t element_count(const std::vector<std::int64_t>& dimensions, const std::string& where) {
  std::int64_t count = 1;
  bool none = false;
  for (const auto size : dimensions) {
    none = none || size == 0;
    // Where there are none, the other sizes shall be countable all the same.
    if (__builtin_mul_overflow(count, std::max<std::int64_t>(1, size), &count)) {
      throw damaged(where, "declares more elements than can be counted");
    }
  }
  return none ? 0 : count;
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
                           ArrayInfo& info) {
  const std::string where = file.where(name);
  const Handle creation =
      checked(H5Dget_create_plist(dataset), H5Pclose, "reading the layout", where);
  if (H5Pget_external_count(creation.get()) > 0) {
    throw unsound(where, "is stored in other files (external storage)",
                  "it may name any file, so it is not read", "Copy the data into this file");
  }
  require_filters(creation.get(), where);
  std::vector<std::int64_t> sizes = info.dimensions;
  sizes.push_back(info.stored_bytes);
  const std::int64_t declared = element_count(sizes, where);
  if (info.is_virtual) return require_virtual_sources(file, dataset, name, info);

  const auto stored = static_cast<std::int64_t>(H5Dget_storage_size(dataset));
  if (stored == 0) found(-1, "reading the layout", where);  // so HDF5 says that a disk failed, too
  info.file_bytes = size_of_file(file);
  require_inside_file(info.file_bytes, stored, where);
  if (!info.chunk.empty()) {
    require_chunks_inside(dataset, info, where);
    require_sensible_chunks(info, stored, where);
    require_chunks_written(dataset, creation.get(), info, stored, where);
  }
  if (info.filtered ? declared / kLargestRatio > stored : declared > stored) {
    throw damaged(where, "declares " + std::to_string(declared) + " bytes, but " +
                             std::to_string(stored) + " are stored");
  }
}

}  // namespace mpilogit::hdf5
