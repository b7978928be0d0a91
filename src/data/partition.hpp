#pragma once
// Which rows belong to which block and rank: pure functions of the data set's shape.

#include <cstdint>
#include <span>
#include <vector>

namespace mpilogit::data {

/// A half-open range of global rows or blocks.
struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t size() const { return last - first; }
  bool operator==(const Range&) const = default;
};

/// How rows are cut into blocks: from the global numbers of rows and features alone, so that sums
/// are rounded at the same places on any number of ranks, in dense and sparse storage.
class Blocks {
 public:
  Blocks(std::int64_t rows, std::int64_t features);

  /// The power of two at or below rows/64 or, where there are many features, below features/16, but
  /// never above rows/16; within [16, 8192]. For every block rounds a sum for every feature.
  std::int64_t rows_per_block() const { return rows_per_block_; }

  std::int64_t count() const;

  /// Rows of block number `block`.
  Range rows_of(std::int64_t block) const;

 private:
  std::int64_t rows_;
  std::int64_t rows_per_block_;
};

/// Blocks of each rank, in order, contiguous and complete; ranks may be empty. `cost[b]` ≥ 0 is the
/// work of block b (rows for dense data, non-zeros + rows for sparse). Rank r gets the blocks whose
/// middle lies in the r-th of `ranks` equal parts of the total cost.
std::vector<Range> balanced_partition(std::span<const std::int64_t> cost, int ranks);

}  // namespace mpilogit::data
