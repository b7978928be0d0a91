#include "data/trial_read.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "data/metadata/metadata.hpp"
#include "hdf5/array.hpp"

namespace mpilogit::data {

namespace {

constexpr std::int64_t kSmall = std::int64_t{4} << 20;
// As they are in the file. What inspection was content with can be counted.
std::int64_t bytes_of(const hdf5::ArrayInfo& info) {
  return info.rows() * info.width() * info.stored_bytes;
}

// HDF5 keeps a band of chunks, and the one that it decompresses twice. Texts of variable length are
// strings of their own, once HDF5's and once ours.
std::int64_t memory_of_piece(const hdf5::ArrayInfo& info, std::int64_t rows) {
  constexpr std::int64_t kBytesOfText = 64;
  const std::int64_t values = rows * info.width();
  return 3 * hdf5::band_bytes(info) + (info.variable_length
                                           ? values * kBytesOfText + 4 * info.file_bytes
                                           : values * info.stored_bytes);
}

// Whole chunks, for HDF5 reads no less.
std::int64_t rows_of_piece(const hdf5::ArrayInfo& info) {
  const std::int64_t row = std::max<std::int64_t>(1, info.width() * info.stored_bytes);
  const std::int64_t rows = std::max<std::int64_t>(1, kSmall / row);
  if (info.chunk.empty()) return rows;
  return std::max<std::int64_t>(1, rows / info.chunk[0]) * info.chunk[0];
}

// False if there is no leave for the rest.
bool read_values(const hdf5::File& file, const Array& array, MayRead may_read) {
  const hdf5::ArrayInfo& info = array.info;
  const std::int64_t all = bytes_of(info);
  if (all == 0 || (all > kSmall && !info.fragile)) return true;
  const std::int64_t most = std::min(info.rows(), rows_of_piece(info));
  const std::int64_t needed = memory_of_piece(info, most);
  if (!may_read(needed)) return false;
  const hdf5::Array values(file, array.name, info);
  std::vector<std::byte> out;
  for (std::int64_t first = 0; first < info.rows(); first += most) {
    if (!may_read(needed)) return false;
    const std::int64_t count = std::min(most, info.rows() - first);
    if (info.type == hdf5::ValueType::text) {
      values.read_texts(first, count);
    } else {
      out.resize(static_cast<std::size_t>(most * info.width() * info.stored_bytes));
      values.read_stored(first, count, out.data());
    }
  }
  return true;
}

}  // namespace

void trial_read(const Source& source, MayRead may_read) {
  for (const auto& path : source.files) {
    const FileMetadata metadata = read_file_metadata(source, path);
    const hdf5::File file = hdf5::File::open(path);
    for (const auto* array : metadata.arrays()) {
      if (!read_values(file, *array, may_read)) return;
    }
  }
}

}  // namespace mpilogit::data
