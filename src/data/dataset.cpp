#include "data/dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "data/block_stream.hpp"
#include "data/columns/class_set.hpp"
#include "data/columns/column_frames.hpp"
#include "data/columns/column_order.hpp"
#include "data/columns/columns.hpp"
#include "data/columns/group_set.hpp"
#include "data/features/readers.hpp"
#include "data/features/row_fingerprints.hpp"
#include "data/metadata/findings.hpp"
#include "data/streaming/block_starts.hpp"
#include "data/streaming/streaming.hpp"
#include "hdf5/memory.hpp"

namespace mpilogit::data {

namespace {

Range rows_of_blocks(std::int64_t rows, std::int64_t features, Range blocks) {
  const std::int64_t per_block = Blocks(rows, features).rows_per_block();
  return {std::min(rows, blocks.first * per_block), std::min(rows, blocks.last * per_block)};
}

RankShare share_of(const Access& access, const Metadata& metadata) {
  const std::int64_t rows = metadata.shape.rows;
  RankShare share;
  if (metadata.shape.sparse) share.starts = read_block_starts(access, metadata);
  const Blocks all = metadata.shape.blocks();
  std::vector<std::int64_t> cost;
  for (std::int64_t block = 0; block < all.count(); ++block) {
    cost.push_back(all.rows_of(block).size() + share.entries({block, block + 1}));
  }
  const auto partition = balanced_partition(cost, access.communicator.size());
  share.blocks = partition[static_cast<std::size_t>(access.communicator.rank())];
  share.rows = rows_of_blocks(rows, metadata.shape.features, share.blocks);
  return share;
}

Range moved(Range rows, std::int64_t by) {
  return {rows.first + by, rows.last + by};
}

// Sparse rows are looked at when their columns are known to be sound.
void scan_sparse(const Access& access, const FeatureRows& shard, Range rows, FeatureScan& scan) {
  const std::int64_t row_bytes = shard.bytes() / std::max<std::int64_t>(1, rows.size());
  for_each_slice(rows.size(), rows_per_slice(row_bytes), access.threads,
                 [&](Range slice, int worker) {
                   scan.look(shard.view(slice), rows.first + slice.first, worker);
                 });
}

// How many columns sparse rows have is not stored: it is only said, and each takes memory.
void require_room_for_scan(const MemoryLimits& limits, const Metadata& metadata,
                           std::int64_t bounded, const Access& access) {
  const comm::Communicator host = access.communicator.on_this_host();
  const std::int64_t mine = FeatureScan::needed_bytes(bounded, access.threads);
  const hdf5::MemoryNeed need{mine, host.sum(mine), host.size()};
  comm::together(access.communicator, [&] {
    hdf5::require_memory(need, limits.host, limits.process, metadata.files.front().path);
  });
}

// Rows that count for nothing say nothing about columns.
std::vector<double> counting_weights(std::span<const double> weights,
                                     std::span<const double> trials) {
  std::vector<double> counted(trials.begin(), trials.end());
  if (trials.empty()) counted.assign(weights.begin(), weights.end());
  for (std::size_t i = 0; i < trials.size() && !weights.empty(); ++i) {
    if (weights[i] == 0.0) counted[i] = 0.0;
  }
  return counted;
}

// Sums of squares of columns, and of products of them, stay far from the ends of what doubles hold.
int size_limit(const Source& source) {
  constexpr int kLimit = 400;
  return kLimit / static_cast<int>(source.memory.products.degree);
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
  return rows(moved(shape_.blocks().rows_of(block), -local_rows_.first));
}

kernels::AnyRows Dataset::rows(Range local) const {
  if (local.last > resident_rows_) throw core::internal_failure("rows are not in memory");
  return rows_->view(local);
}

StreamUse Dataset::stream_use() const {
  if (!streamed_) return {};
  return {streamed_->bytes_read(), streamed_->bytes_mapped(), streamed_->seconds_waited()};
}

std::int64_t Dataset::resident_bytes() const {
  const std::size_t columns =
      groups_.size() * sizeof(std::uint32_t) + largest_absolute_.size() * sizeof(double) +
      (successes_.size() + trials_.size() + weights_.size() + offsets_.size()) * sizeof(double);
  return static_cast<std::int64_t>(columns) + labels_.bytes() + (rows_ ? rows_->bytes() : 0) +
         (streamed_ ? streamed_->resident_bytes() : 0);
}

// body(rows, first of them in the rank's, worker). Collective.
void Dataset::for_streamed_rows(
    int threads, core::FunctionRef<void(const kernels::AnyRows&, std::int64_t, int)> body) {
  comm::together(*communicator_, [&] {
    if (!streamed_) return;
    std::vector<Range> wanted;
    for (auto block = local_blocks_.first; block < local_blocks_.last; ++block) {
      const Range rows = moved(shape_.blocks().rows_of(block), -local_rows_.first);
      if (rows.first >= resident_rows_) wanted.push_back(rows);
    }
    for_each_rows(*this, wanted, threads,
                  [&](std::size_t i, const kernels::AnyRows& rows, int worker) {
                    body(rows, wanted[i].first, worker);
                  });
  });
}

// Whatever can be told of streamed rows, as of those in memory. Collective.
void Dataset::look_at_streamed_rows(FeatureScan& scan, int threads) {
  for_streamed_rows(threads, [&](const kernels::AnyRows& rows, std::int64_t first, int worker) {
    scan.look(rows, local_rows_.first + first, worker);
  });
}

// F does not change when all weights are multiplied by one number, and a power of two rounds
// nothing: so sums of weights, and of their products with values, keep all digits. Collective.
void Dataset::settle_weights(const Source& source) {
  constexpr int kLimit = 300;
  // Exact sums go down to 2^-1074, and keep some hundred bits of weights of this size.
  constexpr double kLeastLargestWeight = 0x1p-900;
  const double mine = weights_.empty() ? 0.0 : *std::max_element(weights_.begin(), weights_.end());
  const double largest = communicator_->maximum(mine);
  const int exponent = std::ilogb(largest);
  if (source.frames != kernels::FrameRule::none && std::abs(exponent) > kLimit) {
    weight_exponent_ = exponent;
    for (double& weight : weights_) weight = std::ldexp(weight, -exponent);
  } else if (largest < kLeastLargestWeight) {
    throw core::agreed_bad_input(
        {.what = fmt::format("the largest weight is {:.3g}", largest),
         .where = source.files.front() + ":/" + *source.weights,
         .why = "sums of weights so small lose their digits",
         .remedy = "Multiply all weights by one number, so that they are near 1"});
  }
}

// Collective. From here on rows are as their frames have them, wherever they lie.
void Dataset::put_in_frames(const FrameSearch& search, const FeatureScan& scan, int threads) {
  const auto for_rows = [&](LocalRowsVisitor body) {
    if (resident_rows_ > 0) body(rows({0, resident_rows_}), 0);
    if (!streams_) return;
    constexpr int kOneThread = 1;
    for_streamed_rows(kOneThread, [&](const kernels::AnyRows& streamed, std::int64_t first, int) {
      body(streamed, first);
    });
  };
  frames_ =
      find_frames(search, scan.frame_candidates(), for_rows, largest_absolute_, *communicator_);
  if (frames_.empty()) return;
  rows_->put_in_frames(frames_, threads);
  if (streamed_) streamed_->put_in_frames(frames_);
}

Dataset read_dataset(const Source& source, const comm::Communicator& communicator, int threads) {
  if (source.trials && !source.labels) throw core::internal_failure("trials need successes");
  const Metadata metadata = read_metadata(source, communicator);
  RowFingerprints fingerprints(metadata);
  const Access access{communicator, choose_mode(source.mode, metadata), threads, &fingerprints};
  const RankShare share = share_of(access, metadata);
  const MemoryLimits limits = memory_limits(source.memory);
  require_room_for_columns(limits, metadata, share, communicator);
  const std::int64_t bounded = source.column_bounds ? metadata.shape.features : 0;
  require_room_for_scan(limits, metadata, bounded, access);

  Dataset dataset;
  dataset.communicator_ = communicator;
  dataset.memory_split_.budget = communicator.minimum(limits.host.bytes);
  dataset.shape_ = metadata.shape;
  dataset.largest_absolute_.resize(static_cast<std::size_t>(bounded));
  dataset.local_blocks_ = share.blocks;
  dataset.local_rows_ = share.rows;
  Columns columns = read_columns(access, metadata, share.rows);
  fingerprints.require(communicator);
  const std::string path = source.files.front() + ":/";
  dataset.aggregated_ = source.trials.has_value();
  if (dataset.aggregated_) {
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
  if (source.weights) dataset.settle_weights(source);
  dataset.offsets_ = std::move(columns.offsets);
  const StreamPlan plan =
      plan_streaming(source.memory, limits, metadata, share, dataset.classes_.size(), access);
  dataset.read_rows(access, metadata, share, plan, source);
  return dataset;
}

// Collective. Resident rows by all that Access says, the others on each rank's own.
void Dataset::read_rows(const Access& access, const Metadata& metadata, const RankShare& share,
                        const StreamPlan& plan, const Source& source) {
  FeatureScan scan(std::ssize(largest_absolute_), access.threads);
  const std::vector<double> counted = counting_weights(weights_, trials_);
  scan.seek_frames(source.frames, counted, local_rows_.first);
  const Range resident = moved(plan.resident, local_rows_.first);
  resident_rows_ = plan.resident.last;
  streams_ = !plan.all_resident;
  Finding disorder;
  SparseShard* sparse = nullptr;
  if (metadata.shape.sparse) {
    auto shard =
        read_sparse(access, metadata, resident, share.entries(plan.resident_blocks), disorder);
    sparse = shard.get();
    rows_ = std::move(shard);
  } else {
    rows_ = read_dense(access, metadata, resident, scan);
  }
  if (streams_) {
    comm::together(access.communicator, [&] {
      if (plan.streamed.size() == 0) return;
      streamed_ = metadata.shape.sparse ? stream_sparse(metadata, share, plan)
                                        : stream_dense(metadata, plan);
      streamed_->fingerprint_into(access.fingerprints);
    });
    look_at_streamed_rows(scan, access.threads);
    if (streamed_) disorder.add_all(streamed_->disorder());
  }
  // Before anything is said that follows from damage.
  access.fingerprints->require(access.communicator);
  if (sparse != nullptr) {
    require_order(disorder, metadata, access.communicator);
    sparse->compact();
    scan_sparse(access, *sparse, resident, scan);
  }
  require_finite(scan.non_finite(), metadata, source.features, access.communicator);
  if (streamed_) streamed_->end_first_look();
  largest_absolute_ = scan.largest_absolute();
  access.communicator.maximum(largest_absolute_);
  put_in_frames({source.frames, metadata.storage, size_limit(source), counted}, scan,
                access.threads);
  const kernels::NonZeros own = scan.non_zeros();
  non_zeros_.squared = access.communicator.sum(own.squared);
  non_zeros_.most = access.communicator.maximum(own.most);
  std::array<std::int64_t, 2> bytes = {resident_bytes(),
                                       streamed_ ? streamed_->bytes_of(streamed_->rows()) : 0};
  access.communicator.sum(bytes);
  memory_split_.resident = bytes[0];
  memory_split_.streamed = bytes[1];
}

}  // namespace mpilogit::data
