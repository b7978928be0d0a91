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

/// Rows per block, from the number of global rows alone, so that sums are rounded at the same
/// places on any number of ranks, in dense and sparse storage: the power of two at or below
/// rows/64, within [16, 8192].
std::int64_t rows_per_block(std::int64_t rows);

std::int64_t block_count(std::int64_t rows);

/// Rows of block number `block`.
Range rows_of_block(std::int64_t rows, std::int64_t block);

/// Blocks of each rank, in order, contiguous and complete; ranks may be empty. `cost[b]` ≥ 0 is the
/// work of block b (rows for dense data, non-zeros + rows for sparse). Rank r gets the blocks whose
/// middle lies in the r-th of `ranks` equal parts of the total cost.
std::vector<Range> balanced_partition(std::span<const std::int64_t> cost, int ranks);

}  // namespace mpilogit::data
