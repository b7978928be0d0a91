#include "data/partition.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace mpilogit::data {

namespace {

constexpr std::int64_t kFewestRows = 16;
constexpr std::int64_t kMostRows = 8192;

// ⌈total · part / parts⌉ without the product, which may not fit.
std::int64_t boundary(std::int64_t total, std::int64_t part, std::int64_t parts) {
  const std::int64_t remainder = total % parts * part;
  return total / parts * part + remainder / parts + (remainder % parts != 0 ? 1 : 0);
}

}  // namespace

Blocks::Blocks(std::int64_t rows, std::int64_t features) : rows_(rows) {
  const std::int64_t wide = std::min(features / 16, rows / 16);
  const std::int64_t share = std::max({rows / 64, wide, std::int64_t{1}});
  const auto power = std::bit_floor(static_cast<std::uint64_t>(share));
  rows_per_block_ = std::clamp(static_cast<std::int64_t>(power), kFewestRows, kMostRows);
}

std::int64_t Blocks::count() const {
  return rows_ / rows_per_block_ + (rows_ % rows_per_block_ != 0 ? 1 : 0);
}

Range Blocks::rows_of(std::int64_t block) const {
  return {block * rows_per_block_, std::min(rows_, (block + 1) * rows_per_block_)};
}

// In units of half a cost, so that a block's middle is an integer: block b belongs to rank
// ⌊middle · ranks / total⌋. Cost: O(blocks + ranks).
std::vector<Range> balanced_partition(std::span<const std::int64_t> cost, int ranks) {
  const std::int64_t total = 2 * std::accumulate(cost.begin(), cost.end(), std::int64_t{0});
  if (total == 0 && !cost.empty()) {
    return balanced_partition(std::vector<std::int64_t>(cost.size(), 1), ranks);
  }
  std::vector<Range> ranges;
  std::int64_t before = 0;  // of the blocks before `block`
  std::size_t block = 0;
  for (int rank = 0; rank < ranks; ++rank) {
    const auto first = static_cast<std::int64_t>(block);
    const bool is_last = rank + 1 == ranks;
    const std::int64_t end = boundary(total, rank + 1, ranks);
    while (block < cost.size() && (is_last || before + cost[block] < end)) {
      before += 2 * cost[block];
      ++block;
    }
    ranges.push_back({first, static_cast<std::int64_t>(block)});
  }
  return ranges;
}

}  // namespace mpilogit::data
