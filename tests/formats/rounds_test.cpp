// Ranks in step: which fault is told, whoever comes upon his first.

#include "formats/rounds.hpp"

#include "core/error.hpp"
#include "support/catch.hpp"

namespace formats = mpilogit::formats;
namespace core = mpilogit::core;
namespace comm = mpilogit::comm;

TEST_CASE("the lowest rank's fault is told, though the others' come earlier") {
  const comm::Communicator communicator = comm::Communicator::world();
  const int faultless = GENERATE(0, 1);  // so many of the first ranks
  int steps = 0;
  const auto step = [&]() -> std::int64_t {
    const int fault = 2 * (communicator.size() - communicator.rank());
    if (communicator.rank() < faultless) return steps++ < 3 * communicator.size() ? 1 : 0;
    if (++steps < fault) return 1;
    throw core::bad_input({.what = "fault of rank " + std::to_string(communicator.rank()),
                           .where = "text",
                           .why = {},
                           .remedy = {}});
  };
  const auto run = [&] { formats::in_rounds(communicator, step, [](std::int64_t) {}); };
  if (faultless == communicator.size()) {
    run();
  } else {
    REQUIRE_THROWS_WITH(run(), Catch::Contains("text: fault of rank " + std::to_string(faultless)));
  }
  // A rank before the fault goes on to its end.
  if (communicator.rank() < faultless) CHECK(steps == 3 * communicator.size() + 1);
}

TEST_CASE("progress is the sum over the ranks") {
  const comm::Communicator communicator = comm::Communicator::world();
  int steps = 0;
  std::int64_t last = 0;
  formats::in_rounds(
      communicator,
      [&]() -> std::int64_t { return steps++ < communicator.rank() ? communicator.rank() : 0; },
      [&](std::int64_t done) { last = done; });
  std::int64_t expected = 0;
  for (int rank = 0; rank < communicator.size(); ++rank) expected += rank * rank;
  CHECK(last == expected);
}
