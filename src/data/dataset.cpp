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

Range rows_of_blocks(std::int64_t rows, Range blocks) {
  const std::int64_t per_block = rows_per_block(rows);
  return {std::min(rows, blocks.first * per_block), std::min(rows, blocks.last * per_block)};
}

Share share_of(const Access& access, const Metadata& metadata) {
  const std::int64_t rows = metadata.shape.rows;
  const std::vector<std::int64_t> starts =
      metadata.shape.sparse ? read_block_starts(access, metadata) : std::vector<std::int64_t>();
  std::vector<std::int64_t> cost;
  for (std::int64_t block = 0; block < block_count(rows); ++block) {
    const auto index = static_cast<std::size_t>(block);
    const std::int64_t entries = starts.empty() ? 0 : starts[index + 1] - starts[index];
    cost.push_back(rows_of_block(rows, block).size() + entries);
  }
  const auto partition = balanced_partition(cost, access.communicator.size());
  Share share;
  share.blocks = partition[static_cast<std::size_t>(access.communicator.rank())];
  share.rows = rows_of_blocks(rows, share.blocks);
  if (!starts.empty()) {
    share.entries = starts[static_cast<std::size_t>(share.blocks.last)] -
                    starts[static_cast<std::size_t>(share.blocks.first)];
  }
  return share;
}

// While reading, 64-bit column indices and the labels are in memory in two forms; while they are
// numbered, groups are in four.
std::int64_t needed_bytes(const Metadata& metadata, const Share& share) {
  constexpr std::int64_t kBytesPerRow = 32;
  constexpr std::int64_t kBytesPerGroup = 48;
  const std::int64_t groups = metadata.files.front().groups ? kBytesPerGroup : 0;
  const std::int64_t columns = share.rows.size() * (kBytesPerRow + groups);
  if (!metadata.shape.sparse) {
    return columns +
           DenseShard::needed_bytes(metadata.storage, share.rows.size(), metadata.shape.features);
  }
  const hdf5::ValueType indices = metadata.files.front().indices.info.type;
  const std::int64_t scratch = hdf5::size_of(indices) == 8 ? 8 * share.entries : 0;
  return columns + scratch +
         SparseShard::needed_bytes(metadata.storage, share.rows.size(), share.entries);
}

// The ranks of a host share its memory.
void require_room(const comm::Communicator& communicator, const Metadata& metadata,
                  const Share& share) {
  const std::int64_t bytes = communicator.on_this_host().sum(needed_bytes(metadata, share));
  comm::together(communicator, [&] { hdf5::require_memory(bytes, metadata.files.front().path); });
}

std::unique_ptr<FeatureRows> read_features(const Access& access, const Metadata& metadata,
                                           const Share& share) {
  if (metadata.shape.sparse) return read_sparse(access, metadata, share.rows, share.entries);
  return read_dense(access, metadata, share.rows);
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
  const Range rows = rows_of_block(shape_.rows, block);
  return rows_->view({rows.first - local_rows_.first, rows.last - local_rows_.first});
}

std::int64_t Dataset::resident_bytes() const {
  const std::size_t columns =
      (labels_.size() + groups_.size()) * sizeof(std::uint32_t) +
      (successes_.size() + trials_.size() + weights_.size() + offsets_.size()) * sizeof(double);
  return static_cast<std::int64_t>(columns) + (rows_ ? rows_->bytes() : 0);
}

Dataset read_dataset(const Source& source, const comm::Communicator& communicator) {
  if (source.trials && !source.labels) throw core::internal_failure("trials need successes");
  const Metadata metadata = read_metadata(source, communicator);
  const Access access{communicator, choose_mode(source.mode, metadata)};
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
    dataset.classes_ = global_classes(columns.labels, path + *source.labels, communicator);
    dataset.labels_ = class_indices(columns.labels, dataset.classes_);
  }
  if (source.groups) {
    GroupIndices groups = number_groups(columns.groups, path + *source.groups, communicator);
    dataset.groups_ = std::move(groups.of_rows);
    dataset.group_count_ = groups.count;
  }
  dataset.successes_ = std::move(columns.successes);
  dataset.trials_ = std::move(columns.trials);
  dataset.weights_ = std::move(columns.weights);
  dataset.offsets_ = std::move(columns.offsets);
  dataset.rows_ = read_features(access, metadata, share);
  require_finite(*dataset.rows_, metadata, share.rows, source.features, communicator);
  return dataset;
}

}  // namespace mpilogit::data
