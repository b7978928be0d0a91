#include <algorithm>
#include <limits>
#include <span>

#include "comm/agreement.hpp"
#include "data/columns/column_order.hpp"
#include "data/features/readers.hpp"
#include "data/metadata/open_files.hpp"
#include "data/streaming/block_starts.hpp"

namespace mpilogit::data {

namespace {

constexpr std::uint32_t kNoColumn = std::numeric_limits<std::uint32_t>::max();

// HDF5's own conversion would clamp what does not fit, so that −1 became 0. Signed and 64-bit
// indices are read as they are; what is no column becomes one that is never valid.
template <class Index>
void read_narrowing(FilePart& part, Range entries, hdf5::ValueType type, std::uint32_t* columns) {
  part.read_pieces<Index>(
      part.metadata().indices, entries, type, [&](std::span<const Index> indices) {
        columns = std::transform(indices.begin(), indices.end(), columns, [](Index index) {
          return std::in_range<std::uint32_t>(index) ? static_cast<std::uint32_t>(index)
                                                     : kNoColumn;
        });
      });
}

void read_columns(FilePart& part, Range entries, std::uint32_t* columns) {
  using hdf5::ValueType;
  const ValueType stored = part.metadata().indices.info.type;
  if (stored == ValueType::uint64) {
    read_narrowing<std::uint64_t>(part, entries, ValueType::uint64, columns);
  } else if (stored == ValueType::int64) {
    read_narrowing<std::int64_t>(part, entries, ValueType::int64, columns);
  } else if (hdf5::is_signed_integer(stored)) {
    // In place: a negative index becomes a uint32 of 2^31 or more.
    part.read(part.metadata().indices, entries, ValueType::int32, columns);
    std::replace_if(
        columns, columns + entries.size(),
        [](std::uint32_t column) {
          return column > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
        },
        kNoColumn);
  } else {
    part.read(part.metadata().indices, entries, ValueType::uint32, columns);
  }
}

// The part's entries inside the file. indptr was found sound before; a file that changed since must
// not lead us out of our memory.
Range entries_of(FilePart& part, const std::vector<std::int64_t>& indptr, std::int64_t room) {
  if (indptr.empty()) return {};
  const Range entries{indptr.front(), indptr.back()};
  const bool sound = std::is_sorted(indptr.begin(), indptr.end()) && entries.first >= 0 &&
                     entries.last <= part.metadata().nonzeros && entries.size() <= room;
  if (sound) return entries;
  part.attempt([&] { throw changed(part.metadata().path); });
  return {};
}

void read_part(FilePart& part, SparseShard& shard, hdf5::ValueType storage) {
  std::vector<std::int64_t>& starts = shard.starts();
  const auto position = static_cast<std::size_t>(part.position());
  const std::int64_t before = starts[position];
  const std::vector<std::int64_t> indptr = read_indptr(part);
  const Range entries = entries_of(part, indptr, shard.entries() - before);
  const auto rows = static_cast<std::size_t>(part.rows().size());
  for (std::size_t row = 0; row < rows; ++row) {
    starts[position + row + 1] =
        entries.size() == 0 ? before : before + indptr[row + 1] - indptr[0];
  }
  read_columns(part, entries, shard.columns() + before);
  // Signed indices are read into unsigned ones: the same bits, unless they are refused anyway.
  const Array& indices = part.metadata().indices;
  if (indices.info.stored_bytes == sizeof(std::uint32_t)) {
    part.fingerprint(indices, entries, indices.info.type,
                     reinterpret_cast<const std::byte*>(shard.columns() + before));
  }
  const auto size = static_cast<std::int64_t>(hdf5::size_of(storage));
  std::byte* const values = shard.values() + before * size;
  part.read(part.metadata().values, entries, storage, values);
  part.fingerprint(part.metadata().values, entries, storage, values);
}

}  // namespace

std::unique_ptr<SparseShard> read_sparse(const Access& access, const Metadata& metadata, Range rows,
                                         std::int64_t entries, Finding& disorder) {
  std::unique_ptr<SparseShard> shard;
  comm::together(access.communicator, [&] {
    shard = std::make_unique<SparseShard>(metadata.storage, rows.size(), entries,
                                          metadata.shape.features);
  });
  for_each_file(access, metadata, rows,
                [&](FilePart& part) { read_part(part, *shard, metadata.storage); });
  shard->drop_common_values();
  disorder.add_all(
      find_disorder({shard->starts(), shard->columns()}, rows.first, metadata.shape.features));
  return shard;
}

}  // namespace mpilogit::data
