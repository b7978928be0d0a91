#include <vector>

#include "comm/watch/watch.hpp"
#include "support/catch.hpp"

using mpilogit::comm::Activity;
using mpilogit::comm::describe_stall;
using mpilogit::comm::RankStatus;
using mpilogit::testing::contains;

namespace {

const Activity::Snapshot kHere{10, true, "training"};

RankStatus present(std::int64_t collective = 10, bool waits = true) {
  return {"n1", true, true, collective, waits, "writing the model"};
}

RankStatus missing(const std::string& host, bool reachable = true) {
  return {host, reachable, false, 0, false, ""};
}

std::string of(const std::vector<RankStatus>& ranks) {
  return describe_stall(ranks, kHere, 120);
}

}  // namespace

TEST_CASE("those that do not answer are named, with their hosts", "[comm]") {
  CHECK(of({present(), present(), missing("n2")}) ==
        "rank 2 on host n2 did not answer for 120 s (stopped, swapped out, or cut off)");
  CHECK_THAT(of({missing("n1"), present(9), missing("n2"), missing("n1")}),
             contains("ranks 0, 2, 3 on hosts n1, n2 did not answer for 120 s"));
  const std::vector<RankStatus> all(4000, missing("n3"));
  CHECK_THAT(of(all), contains("ranks 0, 1, 2, 3, 4 and 3995 more on host n3 did"));
}

TEST_CASE("who was heard of once and is silent now is suspected before who never was", "[comm]") {
  const std::string text = of({present(), missing("n1", false), missing("n2")});
  CHECK_THAT(text, contains("rank 2 on host n2 did not answer"));
  CHECK_THAT(of({present(), missing("n1", false)}), contains("firewall"));
}

TEST_CASE("if all answer, those that are furthest behind are named", "[comm]") {
  const std::string busy = of({present(), present(8, false), present(9, false), present(8)});
  CHECK_THAT(busy, contains("rank 1 on host n1 answered but kept the others waiting for 120 s"));
  CHECK_THAT(busy, contains("(writing the model, after collective 8:"));
  CHECK_THAT(of({present(), present(8)}), contains("rank 1 on host n1 answered but did not get out "
                                                   "of collective 8 in 120 s"));
}

TEST_CASE("if nobody is behind, it is between them", "[comm]") {
  CHECK_THAT(of({present(), present(), present(11, false)}), contains("all ranks answered"));
}
