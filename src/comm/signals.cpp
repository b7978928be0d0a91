#include "comm/signals.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <unistd.h>

#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

constexpr int kCheckpoint = SIGUSR1;
constexpr std::array kStops = {SIGTERM, SIGINT, SIGUSR2, SIGXCPU};

// A handler has no other way to tell anybody anything.
std::atomic<int> checkpoints{0};
std::atomic<int> stops{0};
std::atomic<bool> holding{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void count_checkpoint(int /*signal*/) {
  ++checkpoints;
}

void count_stop(int /*signal*/) {
  if (!holding) _exit(static_cast<int>(core::ExitCode::checkpointed));
  ++stops;
}

// System calls under way are begun again.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

Signals::Signals() {
  checkpoints = 0;
  stops = 0;
  holding = false;
  handle(kCheckpoint, count_checkpoint);
  for (const int signal : kStops) handle(signal, count_stop);
}

// The run is over but for its last words, which a late request shall not cut off.
Signals::~Signals() {
  handle(kCheckpoint, SIG_IGN);
  for (const int signal : kStops) handle(signal, SIG_IGN);
}

void Signals::hold() {
  holding = true;
}

Requests Signals::received() const {
  return {checkpoints, stops};
}

}  // namespace mpilogit::comm
