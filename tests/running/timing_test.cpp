// Who is slow, and by how much.

#include "running/timing.hpp"

#include "support/catch.hpp"

using mpilogit::running::extremes;
using mpilogit::running::RankTiming;
using mpilogit::running::timing_of;

namespace {

std::vector<RankTiming> computing(const std::vector<double>& seconds) {
  std::vector<RankTiming> ranks;
  for (const double compute : seconds) {
    RankTiming timing;
    timing.rank = static_cast<std::int64_t>(ranks.size());
    timing.seconds_compute = compute;
    ranks.push_back(timing);
  }
  return ranks;
}

std::vector<std::int64_t> chosen(const std::vector<double>& seconds, std::size_t most) {
  std::vector<std::int64_t> ranks;
  for (const auto& rank : extremes(computing(seconds), most)) ranks.push_back(rank.rank);
  return ranks;
}

}  // namespace

TEST_CASE("the imbalance is the slowest rank's computing over the mean") {
  const auto timing = timing_of(computing({1.0, 1.0, 5.0, 1.0}));
  CHECK(timing.slowest_rank == 2);
  CHECK(timing.slowest().rank == 2);
  CHECK(timing.mean_compute() == 2.0);
  CHECK(timing.imbalance == 2.5);
}

TEST_CASE("equal ranks are balanced, and so are one and those that did nothing") {
  for (const auto& seconds : std::vector<std::vector<double>>{{3.0, 3.0, 3.0}, {4.0}, {0.0, 0.0}}) {
    const auto timing = timing_of(computing(seconds));
    CHECK(timing.slowest_rank == 0);
    CHECK(timing.imbalance == 1.0);
  }
}

TEST_CASE("of too many ranks the slowest and the fastest stay, in their order") {
  CHECK(chosen({5.0, 1.0, 4.0, 2.0, 3.0}, 5) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  CHECK(chosen({5.0, 1.0, 4.0, 2.0, 3.0}, 4) == std::vector<std::int64_t>{0, 1, 2, 3});
  CHECK(chosen({2.0, 2.0, 1.0, 9.0, 2.0}, 2) == std::vector<std::int64_t>{2, 3});
}
