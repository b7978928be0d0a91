#include "comm/activity.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "comm/communicator.hpp"
#include "support/catch.hpp"

using mpilogit::comm::Communicator;
using mpilogit::comm::Phase;
using namespace std::chrono_literals;

namespace {

std::int64_t collectives(const Communicator& communicator) {
  return communicator.activity().now().collective;
}

// How many collective calls `work` makes.
template <class Work>
std::int64_t calls_of(const Communicator& communicator, Work work) {
  const std::int64_t before = collectives(communicator);
  work();
  CHECK_FALSE(communicator.activity().now().waits);
  return collectives(communicator) - before;
}

}  // namespace

TEST_CASE("every collective call is counted, on every rank alike", "[comm]") {
  const Communicator world = Communicator::world();
  const auto ranks = static_cast<std::size_t>(world.size());
  CHECK(collectives(world) == 0);
  CHECK(calls_of(world, [&] { world.barrier(); }) == 1);
  CHECK(calls_of(world, [&] { world.sum(1); }) == 1);
  CHECK(calls_of(world, [&] { world.maximum(1.0); }) == 1);
  CHECK(calls_of(world, [&] { world.minimum(std::int64_t{1}); }) == 1);
  std::string text = "as long on all";
  CHECK(calls_of(world, [&] { world.broadcast(text); }) == 2);  // the length, too
  CHECK(calls_of(world, [&] { world.all_gather(text); }) == 2);
  CHECK(calls_of(world, [&] { world.exchange(std::vector<std::vector<int>>(ranks)); }) == 2);
  CHECK(calls_of(world, [&] { world.on_this_host().barrier(); }) == 2);
  CHECK(calls_of(world, [&] { const auto waiting = world.waiting(); }) == 1);
}

TEST_CASE("a rank that waits can be seen from another thread, and its time is counted", "[comm]") {
  const Communicator world = Communicator::world();
  bool seen = false;
  std::thread watcher;
  {
    const auto waiting = world.waiting();
    watcher = std::thread([&] { seen = world.activity().now().waits; });
    watcher.join();
    std::this_thread::sleep_for(30ms);
  }
  CHECK(seen);
  CHECK_FALSE(world.activity().now().waits);
  CHECK(world.traffic().seconds_waiting >= 0.03);
  CHECK(world.traffic().seconds_waiting < 5.0);
}

TEST_CASE("who comes early waits, who comes late does not", "[comm]") {
  const Communicator world = Communicator::world();
  if (world.size() == 1) return;
  world.barrier();
  const double before = world.traffic().seconds_waiting;
  if (world.is_root()) std::this_thread::sleep_for(1s);
  world.barrier();
  const double waited = world.traffic().seconds_waiting - before;
  if (world.is_root()) {
    CHECK(waited < 0.9);
  } else {
    CHECK(waited > 0.2);
  }
}

TEST_CASE("phases nest", "[comm]") {
  const Communicator world = Communicator::world();
  const auto phase = [&] { return std::string(world.activity().now().phase); };
  CHECK(phase() == "starting");
  {
    Phase outer(world, "reading");
    CHECK(phase() == "reading");
    outer.turn_to("training");
    {
      const Phase inner(world.on_this_host(), "inference");
      CHECK(phase() == "inference");
    }
    CHECK(phase() == "training");
  }
  CHECK(phase() == "starting");
}
