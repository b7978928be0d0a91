// Ranks that keep the others waiting at a chosen place, under a watchdog of 3 s: what cannot be hit
// from outside in a real training. Takes the name of the scene.

#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>

#include "comm/communicator.hpp"
#include "comm/environment.hpp"
#include "comm/watchdog.hpp"

using namespace std::chrono_literals;
using namespace mpilogit::comm;

namespace {

constexpr double kTimeout = 3.0;

void pass(const Communicator& world, std::chrono::milliseconds of_rank_0) {
  if (world.is_root()) std::this_thread::sleep_for(of_rank_0);
  world.barrier();
}

void play(std::string_view scene, const Communicator& world) {
  Phase phase(world, "training");
  if (scene == "slow passes") {
    for (int i = 0; i < 3; ++i) pass(world, 2200ms);
  } else if (scene == "slower and slower") {
    pass(world, 2200ms);
    pass(world, 6000ms);
  } else if (scene == "writing") {
    pass(world, 0ms);
    phase.turn_to("writing the model");
    pass(world, 60s);
  } else if (scene == "stopped after the work") {
    world.barrier();
    if (world.rank() == 1) std::raise(SIGSTOP);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Environment environment(argc, argv);
  const Communicator world = Communicator::world();
  const std::string_view scene = argc > 1 ? argv[1] : "";
  Watchdog watchdog;
  watchdog.begin(world, kTimeout, "Start again");
  if (scene == "stopped at the start" && world.rank() == 1) std::raise(SIGSTOP);
  watchdog.start(world, kTimeout, "Start again");
  play(scene, world);
  return environment.finish(argc > 2 ? 2 : 0, world);
}
