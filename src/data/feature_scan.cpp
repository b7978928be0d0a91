#include "data/feature_scan.hpp"

#include <algorithm>

#include "mpilogit/kernels/column_statistics.hpp"

namespace mpilogit::data {

FeatureScan::FeatureScan(std::int64_t features, int workers)
    : workers_(static_cast<std::size_t>(workers)) {
  for (auto& worker : workers_) worker.largest.assign(static_cast<std::size_t>(features), 0.0);
}

void FeatureScan::look(const kernels::AnyRows& rows, std::int64_t first_row, int worker) {
  Worker& mine = workers_[static_cast<std::size_t>(worker)];
  const kernels::NonFinite found = kernels::find_non_finite(rows);
  if (found.count > 0) {
    mine.non_finite.add_all({.count = found.count,
                             .row = first_row + static_cast<std::int64_t>(found.first_row),
                             .column = static_cast<std::int64_t>(found.first_column)});
  }
  kernels::raise_column_maxima(rows, mine.largest);
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

}  // namespace mpilogit::data
