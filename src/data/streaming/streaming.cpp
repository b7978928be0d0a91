#include "data/streaming/streaming.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "comm/agreement.hpp"
#include "data/features/row_lengths.hpp"
#include "hdf5/memory.hpp"

namespace mpilogit::data {

namespace {

// Of what may be used, if nobody says how much: the rest is for the libraries, buffers of the
// network, and whatever else grows on the host meanwhile.
constexpr double kDefaultShare = 0.9;

// A piece is read by one call after the other; larger ones gain nothing (docs/streaming.md).
constexpr std::int64_t kLargestPiece = std::int64_t{1} << 23;
constexpr std::int64_t kPiecesInRoom = 16;  // at least, so that most of the room keeps rows

// Of each row: a class index in one or two bytes, and what of the other columns there is. While
// they are numbered, groups are in four forms.
std::int64_t column_bytes(const Metadata& metadata, const RankShare& share) {
  constexpr std::int64_t kBytesPerLabel = 4;
  constexpr std::int64_t kBytesPerGroup = 48;
  const FileMetadata& file = metadata.files.front();
  const std::int64_t doubles =
      (file.trials ? 2 : 0) + (file.weights ? 1 : 0) + (file.offsets ? 1 : 0);
  return share.rows.size() *
         ((file.labels ? kBytesPerLabel : 0) + 8 * doubles + (file.groups ? kBytesPerGroup : 0));
}

// Every rank counts the same.
std::int64_t coefficients_of(const MemoryPlan& plan, const Metadata& metadata) {
  kernels::PolynomialShape products = plan.products;
  products.features = static_cast<std::size_t>(metadata.shape.features);
  try {
    return static_cast<std::int64_t>(kernels::expanded_features(products));
  } catch (const core::Error& error) {
    throw error.as_agreed();
  }
}

// What solvers keep: vectors of the coefficients, and the largest matrices that they make, once as
// numbers and once as sums of every thread.
std::int64_t work_bytes(const MemoryPlan& plan, const Metadata& metadata, const RankShare& share,
                        std::size_t classes, int threads) {
  constexpr std::int64_t kLargestMatrix = 2500;
  constexpr std::int64_t kMostElements = 20'000'000;
  const std::int64_t columns = classes <= 2 ? 1 : static_cast<std::int64_t>(classes);
  const std::int64_t features = coefficients_of(plan, metadata) + 1;
  std::int64_t bytes = share.rows.size() * (plan.per_row + columns * plan.per_row_and_column) +
                       features * columns * plan.per_coefficient;
  if (plan.matrices && features <= kLargestMatrix) {
    bytes += std::min(kMostElements, columns * features * features / 2) * (32 + 16 * threads);
  }
  return bytes;
}

// Resident rows, as they are while they are read.
std::int64_t row_bytes(const Metadata& metadata, std::int64_t rows, std::int64_t entries) {
  if (!metadata.shape.sparse) {
    return DenseShard::needed_bytes(metadata.storage, rows, metadata.shape.features);
  }
  const std::int64_t starts =
      value_bytes(hdf5::ValueType::int64) * rows;  // again, as the file counts
  return starts + SparseShard::needed_bytes(metadata.storage, rows, entries);
}

// A block as a piece, where values and columns are in buffers of their own.
std::int64_t largest_block(const Metadata& metadata, const RankShare& share) {
  std::int64_t largest = 0;
  const Blocks all = metadata.shape.blocks();
  for (auto block = share.blocks.first; block < share.blocks.last; ++block) {
    const std::int64_t entries = share.entries({block, block + 1});
    largest = std::max(largest, row_bytes(metadata, all.rows_of(block).size(), entries));
  }
  return largest;
}

/// Of the chunks that one data set has in its cache.
struct Bands {
  std::int64_t largest = 0;
  std::int64_t arrays = 0;
};

Bands bands_of(const Metadata& metadata) {
  Bands bands;
  for (const auto& file : metadata.files) {
    bands.largest = std::max({bands.largest, hdf5::band_bytes(file.values.info),
                              file.sparse ? hdf5::band_bytes(file.indices.info) : 0});
  }
  if (bands.largest > 0) bands.arrays = metadata.shape.sparse ? 2 : 1;
  return bands;
}

Range rows_of_blocks(const Metadata& metadata, Range blocks) {
  const std::int64_t rows = metadata.shape.rows;
  const std::int64_t per_block = metadata.shape.blocks().rows_per_block();
  return {std::min(rows, blocks.first * per_block), std::min(rows, blocks.last * per_block)};
}

// The first blocks, as many as fit.
void keep_resident(const Metadata& metadata, const RankShare& share, std::int64_t room,
                   StreamPlan& plan) {
  plan.resident_blocks = {share.blocks.first, share.blocks.first};
  for (auto block = share.blocks.first; block < share.blocks.last; ++block) {
    room -= row_bytes(metadata, metadata.shape.blocks().rows_of(block).size(),
                      share.entries({block, block + 1}));
    if (room < 0) break;
    plan.resident_blocks.last = block + 1;
  }
  const Range rows = rows_of_blocks(metadata, plan.resident_blocks);
  plan.resident = {0, rows.size()};
  plan.streamed = {rows.size(), share.rows.size()};
}

}  // namespace

MemoryLimits memory_limits(const MemoryPlan& plan) {
  const auto share_of = [](core::MemoryLimit limit) {
    limit.bytes = static_cast<std::int64_t>(kDefaultShare * static_cast<double>(limit.bytes));
    return limit;
  };
  MemoryLimits limits{core::host_memory_limit(), share_of(core::process_memory_limit())};
  if (!plan.of_host) {
    limits.host = share_of(limits.host);
  } else if (*plan.of_host < limits.host.bytes) {
    limits.host = {*plan.of_host, "--memory"};
  }
  return limits;
}

void require_room_for_columns(const MemoryLimits& limits, const Metadata& metadata,
                              const RankShare& share, const comm::Communicator& communicator) {
  const comm::Communicator host = communicator.on_this_host();
  const std::int64_t mine = column_bytes(metadata, share);
  const hdf5::MemoryNeed need{mine, host.sum(mine), host.size()};
  comm::together(communicator, [&] {
    hdf5::require_memory(need, limits.host, limits.process, metadata.files.front().path);
  });
}

// What must be there is taken from a host's memory first; the rest is shared by what the ranks have
// of the data.
StreamPlan plan_streaming(const MemoryPlan& plan, const MemoryLimits& limits,
                          const Metadata& metadata, const RankShare& share, std::size_t classes,
                          const Access& access) {
  const comm::Communicator host = access.communicator.on_this_host();
  const std::int64_t own =
      column_bytes(metadata, share) + work_bytes(plan, metadata, share, classes, access.threads);
  const std::int64_t data = row_bytes(metadata, share.rows.size(), share.entries(share.blocks));
  std::array<std::int64_t, 2> of_host_together = {own, data};
  host.sum(of_host_together);
  const auto [all_own, all_data] = of_host_together;
  StreamPlan result;
  result.local_rows = share.rows;
  const bool fits = all_own + all_data <= limits.host.bytes && own + data <= limits.process.bytes;
  result.all_resident = access.communicator.minimum(std::int64_t{fits}) == 1;
  if (result.all_resident) {
    keep_resident(metadata, share, std::numeric_limits<std::int64_t>::max(), result);
    return result;
  }

  const Bands bands = bands_of(metadata);
  const std::int64_t lengths =
      metadata.shape.sparse ? RowLengths::needed_bytes(share.rows.size()) : 0;
  const std::int64_t block = largest_block(metadata, share);
  const std::int64_t least = data == 0 ? own : own + lengths + block;
  const hdf5::MemoryNeed need{least, host.sum(least), host.size()};
  comm::together(access.communicator, [&] {
    hdf5::require_memory(need, limits.host, limits.process, metadata.files.front().path);
  });
  const double part =
      all_data == 0 ? 0.0 : static_cast<double>(data) / static_cast<double>(all_data);
  const auto of_host = static_cast<std::int64_t>(
      part * static_cast<double>(limits.host.bytes - all_own - host.sum(lengths)));
  std::int64_t room = std::min(of_host, limits.process.bytes - own - lengths);
  // A chunk that is decompressed lies in memory twice.
  result.sizes.most_cached = std::min(bands.largest, room / 8);
  room -= 2 * bands.arrays * result.sizes.most_cached;
  result.sizes.bytes = std::max(block, std::min(kLargestPiece, room / kPiecesInRoom));
  const std::int64_t most = result.sizes.bytes == 0 ? 1 : room / result.sizes.bytes;
  result.sizes.pieces = std::clamp<std::int64_t>(most, 1, access.threads + 2);
  keep_resident(metadata, share, room - result.sizes.pieces * result.sizes.bytes, result);
  return result;
}

}  // namespace mpilogit::data
