#include "data/partition.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include "support/catch.hpp"

using mpilogit::data::balanced_partition;
using mpilogit::data::Blocks;
using mpilogit::data::Range;

namespace {

std::int64_t cost_of(const std::vector<std::int64_t>& cost, Range blocks) {
  return std::accumulate(cost.begin() + blocks.first, cost.begin() + blocks.last, std::int64_t{0});
}

void require_complete(const std::vector<Range>& ranges, std::int64_t blocks) {
  std::int64_t next = 0;
  for (const Range range : ranges) {
    REQUIRE(range.first == next);
    REQUIRE(range.last >= range.first);
    next = range.last;
  }
  REQUIRE(next == blocks);
}

}  // namespace

TEST_CASE("blocks are powers of two near a 64th of the rows, within limits") {
  CHECK(Blocks(1, 100).rows_per_block() == 16);
  CHECK(Blocks(1000, 100).rows_per_block() == 16);
  CHECK(Blocks(2047, 100).rows_per_block() == 16);
  CHECK(Blocks(2048, 100).rows_per_block() == 32);
  CHECK(Blocks(32561, 100).rows_per_block() == 256);
  CHECK(Blocks(524287, 100).rows_per_block() == 4096);
  CHECK(Blocks(524288, 100).rows_per_block() == 8192);
  CHECK(Blocks(std::int64_t{1} << 50, 100).rows_per_block() == 8192);
}

TEST_CASE("many features make blocks longer, up to a 16th of the rows") {
  CHECK(Blocks(32561, 4096).rows_per_block() == 256);
  CHECK(Blocks(32561, 8192).rows_per_block() == 512);
  CHECK(Blocks(25000, 44798).rows_per_block() == 1024);
  CHECK(Blocks(300, 1 << 20).rows_per_block() == 16);
  CHECK(Blocks(std::int64_t{1} << 30, 1 << 30).rows_per_block() == 8192);
}

TEST_CASE("blocks cover the rows in order, without gaps") {
  for (const std::int64_t rows : {1, 15, 16, 17, 1000, 32561, 3000000}) {
    std::int64_t next = 0;
    const Blocks blocks(rows, 7);
    for (std::int64_t block = 0; block < blocks.count(); ++block) {
      const Range range = blocks.rows_of(block);
      REQUIRE(range.first == next);
      REQUIRE(range.size() > 0);
      next = range.last;
    }
    CHECK(next == rows);
  }
}

TEST_CASE("a partition is complete, ordered, and even within the largest block") {
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 200; ++trial) {
    const auto blocks = static_cast<std::size_t>(random() % 300);
    const int ranks = 1 + static_cast<int>(random() % 40);
    std::vector<std::int64_t> cost(blocks);
    for (auto& each : cost) each = static_cast<std::int64_t>(random() % 1000);
    const auto ranges = balanced_partition(cost, ranks);
    REQUIRE(static_cast<int>(ranges.size()) == ranks);
    require_complete(ranges, static_cast<std::int64_t>(blocks));
    if (blocks == 0) continue;
    const std::int64_t largest = *std::max_element(cost.begin(), cost.end());
    const std::int64_t total = cost_of(cost, {0, static_cast<std::int64_t>(blocks)});
    for (const Range range : ranges) {
      REQUIRE(std::llabs(cost_of(cost, range) - total / ranks) <= largest + 1);
    }
  }
}

TEST_CASE("a partition worked out by hand") {
  // Total 12, three parts of 4; the middles are at 0.5, 1.5, 4, 7.5, 10.5.
  const std::vector<std::int64_t> cost = {1, 1, 4, 3, 3};
  const std::vector<Range> expected = {{0, 2}, {2, 4}, {4, 5}};
  CHECK(balanced_partition(cost, 3) == expected);
}

TEST_CASE("more ranks than blocks leave ranks empty, costs of zero are blocks all the same") {
  const std::vector<std::int64_t> two = {1, 1};
  const std::vector<Range> expected = {{0, 0}, {0, 1}, {1, 1}, {1, 2}};
  CHECK(balanced_partition(two, 4) == expected);
  const std::vector<std::int64_t> nothing = {0, 0, 0, 0};
  const std::vector<Range> halves = {{0, 2}, {2, 4}};
  CHECK(balanced_partition(nothing, 2) == halves);
  const std::vector<std::int64_t> tail = {5, 0};
  require_complete(balanced_partition(tail, 3), 2);
}

TEST_CASE("costs near the largest int64 do not overflow") {
  const std::vector<std::int64_t> cost(64, std::int64_t{1} << 54);
  const auto ranges = balanced_partition(cost, 64);
  for (std::int64_t rank = 0; rank < 64; ++rank) {
    CHECK(ranges[static_cast<std::size_t>(rank)] == Range{rank, rank + 1});
  }
}
