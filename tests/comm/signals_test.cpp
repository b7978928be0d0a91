#include "comm/signals.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "comm/communicator.hpp"
#include "support/catch.hpp"

using mpilogit::comm::Communicator;
using mpilogit::comm::Signals;

namespace {

// How a process ends that a signal meets while it holds, or does not.
int end_of_child(int signal, bool holds) {
  const pid_t child = ::fork();
  if (child == 0) {
    Signals signals;
    if (holds) signals.hold();
    ::raise(signal);
    ::_exit(signals.received().stops == 1 ? 7 : 8);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("what one rank is asked all ranks know after the next pass, and not before", "[comm]") {
  const Communicator world = Communicator::world();
  Signals signals;
  signals.hold();
  world.listen_to(&signals);
  std::vector<std::int64_t> values = {1, 2, 99, 99};
  world.sum_with_requests(values);
  CHECK(values[0] == world.size());
  CHECK(values[1] == 2 * world.size());
  CHECK(world.requests().checkpoints == 0);
  CHECK(world.requests().stops == 0);

  if (world.rank() == world.size() - 1) {
    ::raise(SIGUSR1);
    ::raise(SIGUSR1);
    for (const int stop : {SIGTERM, SIGINT, SIGUSR2, SIGXCPU}) ::raise(stop);
  }
  CHECK(world.requests().stops == 0);
  world.sum_with_requests(values);
  CHECK(world.requests().checkpoints == 2);
  CHECK(world.requests().stops == 4);

  world.listen_to(nullptr);
  world.sum_with_requests(values);
  CHECK(world.requests().stops == 0);
}

TEST_CASE("a request to stop ends a process that has nothing to keep", "[comm]") {
  for (const int stop : {SIGTERM, SIGINT, SIGUSR2, SIGXCPU}) {
    CHECK(end_of_child(stop, false) == 75);
    CHECK(end_of_child(stop, true) == 7);
  }
}
