// What is said of slow ranks, from made numbers.

#include "cli/tables/timing_table.hpp"

#include <algorithm>

#include "support/catch.hpp"

using mpilogit::cli::straggler_line;
using mpilogit::cli::timing_table;
using mpilogit::running::RankTiming;
using mpilogit::running::Timing;
using mpilogit::running::timing_of;
using mpilogit::testing::contains;

namespace {

// Two ranks a host: n0, n0, n1, n1, …
std::vector<RankTiming> ranks(std::int64_t count) {
  std::vector<RankTiming> all;
  for (std::int64_t rank = 0; rank < count; ++rank) {
    RankTiming timing;
    timing.rank = rank;
    timing.host = "n" + std::to_string(rank / 2);
    timing.rows = 1000;
    timing.seconds_compute = 10.0;
    all.push_back(timing);
  }
  return all;
}

std::ptrdiff_t lines(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

constexpr std::ptrdiff_t kPhases = 8;
constexpr std::ptrdiff_t kHeadAndImbalance = 2;

}  // namespace

TEST_CASE("a straggler is named with its host and what it cost") {
  auto four = ranks(4);
  four[3].seconds_compute = 30.0;
  const std::string line = straggler_line(timing_of(four));
  CHECK_THAT(line, contains("rank 3 on n1 computed 2.0 times the mean: 30.00 s against 15.00 s"));
  CHECK_THAT(line, contains("busy"));
}

TEST_CASE("a rank with many rows is no mystery") {
  auto four = ranks(4);
  four[3].seconds_compute = 30.0;
  four[3].rows = 3000;
  CHECK_THAT(straggler_line(timing_of(four)), contains("2.0 times the mean of the rows"));
}

TEST_CASE("even ranks and short runs are passed over in silence") {
  CHECK(straggler_line(timing_of(ranks(4))).empty());
  auto nearly = ranks(4);
  nearly[1].seconds_compute = 12.0;
  CHECK(straggler_line(timing_of(nearly)).empty());
  auto fast = ranks(4);
  for (auto& rank : fast) rank.seconds_compute = 0.1;
  fast[1].seconds_compute = 0.5;
  CHECK(straggler_line(timing_of(fast)).empty());
  CHECK(straggler_line(Timing()).empty());
}

TEST_CASE("up to 64 ranks have a row each, more have one for each host, the slowest first") {
  CHECK(lines(timing_table(timing_of(ranks(64)))) == 64 + kHeadAndImbalance + kPhases);
  auto many = ranks(200);
  many[121].seconds_compute = 40.0;
  const std::string table = timing_table(timing_of(many));
  CHECK(lines(table) == 64 + 1 + kHeadAndImbalance + kPhases);
  const std::string first = table.substr(table.find('\n') + 1, 60);
  CHECK_THAT(first, contains("n60 "));
  CHECK_THAT(first, contains("121"));
  CHECK_THAT(table, contains("... and 36 hosts more"));
}

TEST_CASE("the phases of rank 0 add up to its computing") {
  auto timing = timing_of(ranks(1));
  timing.passes = {.products = 3.0, .matrices = 2.0, .lines = 1.0};
  CHECK_THAT(timing_table(timing), contains("algebra and the rest                 4.000"));
}
