#include "mpilogit/data/dataset.hpp"

#include <algorithm>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/hdf5/memory.hpp"

#include "data/block_starts.hpp"
#include "data/class_set.hpp"
#include "data/columns.hpp"
#include "data/group_set.hpp"
#include "data/readers.hpp"
#include "data/validation.hpp"

namespace mpilogit::data {

namespace {

// Which blocks each rank has, and for sparse rows how many entries are in this rank's.
struct Share {
  Range blocks;
  Range rows;
  std::int64_t entries = 0;
};

Range rows_of_blocks(std::int64_t rows, std::int64_t features, Range blocks) {
  const std::int64_t per_block = Blocks(rows, features).rows_per_block();
  return {std::min(rows, blocks.first * per_block), std::min(rows, blocks.last * per_block)};
}

Share share_of(const Access& access, const Metadata& metadata) {
  const std::int64_t rows = metadata.shape.rows;
  const std::vector<std::int64_t> starts =
      metadata.shape.sparse ? read_block_starts(access, metadata) : std::vector<std::int64_t>();
  const Blocks all = metadata.shape.blocks();
  std::vector<std::int64_t> cost;
  for (std::int64_t block = 0; block < all.count(); ++block) {
    const auto index = static_cast<std::size_t>(block);
    const std::int64_t entries = starts.empty() ? 0 : starts[index + 1] - starts[index];
    cost.push_back(all.rows_of(block).size() + entries);
  }
  const auto partition = balanced_partition(cost, access.communicator.size());
  Share share;
  share.blocks = partition[static_cast<std::size_t>(access.communicator.rank())];
  share.rows = rows_of_blocks(rows, metadata.shape.features, share.blocks);
  if (!starts.empty()) {
    share.entries = starts[static_cast<std::size_t>(share.blocks.last)] -
                    starts[static_cast<std::size_t>(share.blocks.first)];
  }
  return share;
}

// Of each row: a class index in one or two bytes, and what of the other columns there is. While
// they are numbered, groups are in four forms.
std::int64_t needed_bytes(const Metadata& metadata, const Share& share) {
  constexpr std::int64_t kBytesPerLabel = 4;
  constexpr std::int64_t kBytesPerGroup = 48;
  const FileMetadata& file = metadata.files.front();
  const std::int64_t doubles =
      (file.trials ? 2 : 0) + (file.weights ? 1 : 0) + (file.offsets ? 1 : 0);
  const std::int64_t columns =
      share.rows.size() * (kBytesPerLabel + 8 * doubles + (file.groups ? kBytesPerGroup : 0));
  if (!metadata.shape.sparse) {
    return columns +
           DenseShard::needed_bytes(metadata.storage, share.rows.size(), metadata.shape.features);
  }
  const std::int64_t starts = 8 * share.rows.size();  // again, as the file counts
  return columns + starts +
         SparseShard::needed_bytes(metadata.storage, share.rows.size(), share.entries);
}

// The ranks of a host share its memory.
void require_room(const comm::Communicator& communicator, const Metadata& metadata,
                  const Share& share) {
  const comm::Communicator host = communicator.on_this_host();
  const std::int64_t mine = needed_bytes(metadata, share);
  const hdf5::MemoryNeed need{mine, host.sum(mine), host.size()};
  comm::together(communicator, [&] { hdf5::require_memory(need, metadata.files.front().path); });
}

// Sparse rows are looked at when their columns are known to be sound.
std::unique_ptr<FeatureRows> read_features(const Access& access, const Metadata& metadata,
                                           const Share& share, FeatureScan& scan) {
  if (!metadata.shape.sparse) return read_dense(access, metadata, share.rows, scan);
  auto shard = read_sparse(access, metadata, share.rows, share.entries);
  const std::int64_t row_bytes = shard->bytes() / std::max<std::int64_t>(1, share.rows.size());
  for_each_slice(share.rows.size(), rows_per_slice(row_bytes), access.threads,
                 [&](Range slice, int worker) {
                   scan.look(shard->view(slice), share.rows.first + slice.first, worker);
                 });
  return shard;
}

}  // namespace

Dataset::Dataset() = default;
Dataset::~Dataset() = default;
Dataset::Dataset(Dataset&&) noexcept = default;
Dataset& Dataset::operator=(Dataset&&) noexcept = default;

kernels::AnyRows Dataset::block(std::int64_t block) const {
  if (block < local_blocks_.first || block >= local_blocks_.last) {
    throw core::internal_failure("block " + std::to_string(block) + " is not on this rank");
  }
  const Range rows = shape_.blocks().rows_of(block);
  return rows_->view({rows.first - local_rows_.first, rows.last - local_rows_.first});
}

std::int64_t Dataset::resident_bytes() const {
  const std::size_t columns =
      groups_.size() * sizeof(std::uint32_t) + largest_absolute_.size() * sizeof(double) +
      (successes_.size() + trials_.size() + weights_.size() + offsets_.size()) * sizeof(double);
  return static_cast<std::int64_t>(columns) + labels_.bytes() + (rows_ ? rows_->bytes() : 0);
}

Dataset read_dataset(const Source& source, const comm::Communicator& communicator, int threads) {
  if (source.trials && !source.labels) throw core::internal_failure("trials need successes");
  const Metadata metadata = read_metadata(source, communicator);
  const Access access{communicator, choose_mode(source.mode, metadata), threads};
  const Share share = share_of(access, metadata);
  require_room(communicator, metadata, share);

  Dataset dataset;
  dataset.shape_ = metadata.shape;
  dataset.local_blocks_ = share.blocks;
  dataset.local_rows_ = share.rows;
  Columns columns = read_columns(access, metadata, share.rows);
  const std::string path = source.files.front() + ":/";
  if (source.trials) {
    dataset.classes_ = {LabelKind::integer, {0, 1}, {}};
  } else if (source.labels) {
    dataset.classes_ = columns.labels.global_classes(path + *source.labels, communicator);
    dataset.labels_ = std::move(columns.labels).indices(dataset.classes_);
  }
  if (source.groups) {
    GroupIndices groups =
        number_groups(columns.groups, source.group_names, path + *source.groups, communicator);
    dataset.groups_ = std::move(groups.of_rows);
    dataset.group_count_ = groups.count;
    dataset.group_names_ = std::move(groups.names);
  }
  dataset.successes_ = std::move(columns.successes);
  dataset.trials_ = std::move(columns.trials);
  dataset.weights_ = std::move(columns.weights);
  dataset.offsets_ = std::move(columns.offsets);
  FeatureScan scan(metadata.shape.features, threads);
  dataset.rows_ = read_features(access, metadata, share, scan);
  require_finite(scan.non_finite(), metadata, source.features, communicator);
  dataset.largest_absolute_ = scan.largest_absolute();
  communicator.maximum(dataset.largest_absolute_);
  const kernels::NonZeros own = scan.non_zeros();
  dataset.non_zeros_.squared = communicator.sum(own.squared);
  dataset.non_zeros_.most = communicator.maximum(own.most);
  return dataset;
}

}  // namespace mpilogit::data
