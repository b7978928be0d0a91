#include "data/features/feature_scan.hpp"

#include <algorithm>

namespace mpilogit::data {

FeatureScan::FeatureScan(std::int64_t features, int workers)
    : workers_(static_cast<std::size_t>(workers)) {
  for (auto& worker : workers_) worker.largest.assign(static_cast<std::size_t>(features), 0.0);
}

std::int64_t FeatureScan::needed_bytes(std::int64_t features, int workers) {
  return (workers + 1) * features * static_cast<std::int64_t>(sizeof(double));
}

void FeatureScan::seek_frames(kernels::FrameRule rule, std::span<const double> weights,
                              std::int64_t first_row) {
  rule_ = rule;
  weights_ = weights;
  first_row_ = first_row;
}

// A few rows of each slice: they take away nearly all columns, and the others are looked at later.
void FeatureScan::look_at_samples(const kernels::AnyRows& rows, std::int64_t first_row,
                                  Worker& mine) const {
  constexpr std::size_t kSamples = 8;
  if (mine.candidates.started() && mine.candidates.candidates().empty()) return;
  const std::size_t count = kernels::row_count(rows);
  const std::size_t step = std::max<std::size_t>(1, count / kSamples);
  for (std::size_t row = 0; row < count; row += step) {
    const auto local = static_cast<std::size_t>(first_row - first_row_) + row;
    if (!weights_.empty() && !(weights_[local] > 0.0)) continue;
    mine.candidates.look_at(rule_, rows, row);
  }
}

void FeatureScan::look(const kernels::AnyRows& rows, std::int64_t first_row, int worker) {
  Worker& mine = workers_[static_cast<std::size_t>(worker)];
  if (!mine.largest.empty()) {
    const kernels::RowScan scan = kernels::scan_rows(rows, mine.largest);
    mine.non_zeros.add(scan.non_zeros);
    if (rule_ != kernels::FrameRule::none) look_at_samples(rows, first_row, mine);
    if (scan.finite) return;
  }
  const kernels::NonFinite found = kernels::find_non_finite(rows);
  if (found.count == 0) return;
  mine.non_finite.add_all({.count = found.count,
                           .row = first_row + static_cast<std::int64_t>(found.first_row),
                           .column = static_cast<std::int64_t>(found.first_column)});
}

Finding FeatureScan::non_finite() const {
  Finding all;
  for (const auto& worker : workers_) all.add_all(worker.non_finite);
  return all;
}

std::vector<double> FeatureScan::largest_absolute() const {
  std::vector<double> largest = workers_.front().largest;
  for (const auto& worker : workers_) {
    for (std::size_t j = 0; j < largest.size(); ++j) {
      largest[j] = std::max(largest[j], worker.largest[j]);
    }
  }
  return largest;
}

kernels::NonZeros FeatureScan::non_zeros() const {
  kernels::NonZeros all;
  for (const auto& worker : workers_) all.add(worker.non_zeros);
  return all;
}

kernels::FrameCandidates FeatureScan::frame_candidates() const {
  kernels::FrameCandidates all;
  for (const auto& worker : workers_) all.add(rule_, worker.candidates);
  return all;
}

}  // namespace mpilogit::data
