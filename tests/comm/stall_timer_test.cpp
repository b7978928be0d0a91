#include "comm/watch/stall_timer.hpp"

#include "support/catch.hpp"

using mpilogit::comm::Activity;
using mpilogit::comm::kTicksPerSecond;
using mpilogit::comm::StallTimer;

namespace {

constexpr std::int64_t kTimeout = 10 * kTicksPerSecond;

// A rank's watchdog with a clock of the test's own.
struct Rank {
  StallTimer patience{10.0};
  Activity::Snapshot now{0, false, ""};

  void pass(std::int64_t ticks) {
    for (std::int64_t i = 0; i < ticks; ++i) patience.tick(now);
  }
  void compute(std::int64_t ticks) {
    now.waits = false;
    pass(ticks);
  }
  void wait(std::int64_t ticks) {
    ++now.collective;
    now.waits = true;
    pass(ticks);
  }
};

}  // namespace

TEST_CASE("one collective is waited for as long as the timeout says", "[comm]") {
  Rank rank;
  rank.wait(kTimeout - 1);
  CHECK(rank.patience.waited() == kTimeout - 1);
  CHECK(rank.patience.limit() == kTimeout);
  rank.pass(1);
  CHECK(rank.patience.waited() == rank.patience.limit());
}

TEST_CASE("a finished collective starts the count anew", "[comm]") {
  Rank rank;
  for (int pass = 0; pass < 20; ++pass) {
    rank.wait(kTimeout / 4);
    CHECK(rank.patience.waited() == kTimeout / 4);
  }
  rank.compute(1);
  CHECK(rank.patience.waited() == 0);
}

TEST_CASE("computing is no waiting, and the others may need as long", "[comm]") {
  Rank rank;
  rank.compute(100 * kTimeout);
  CHECK(rank.patience.waited() == 0);
  rank.wait(kTimeout);
  CHECK(rank.patience.waited() == kTimeout);
  CHECK(rank.patience.limit() >= 300 * kTimeout);
}

TEST_CASE("slow passes make patient", "[comm]") {
  Rank rank;
  rank.wait(1);
  rank.compute(kTimeout / 2);
  rank.wait(kTimeout / 2);
  rank.compute(1);
  CHECK(rank.patience.limit() >= 3 * kTimeout);
  CHECK(rank.patience.limit() <= 3 * (kTimeout + 2));
  for (int pass = 0; pass < 5; ++pass) rank.wait(1);
  CHECK(rank.patience.limit() >= 3 * kTimeout);  // the longest so far
}

TEST_CASE("a timeout beyond all counting is a very long one", "[comm]") {
  CHECK(StallTimer(1e300).limit() > std::int64_t{1'000'000'000});
}
