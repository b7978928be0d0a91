#include "comm/watchdog.hpp"

#include <array>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "comm/watch/stall_timer.hpp"
#include "comm/watch/watch.hpp"
#include "comm/watch/watch_socket.hpp"
#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kTick = std::chrono::milliseconds(1000 / kTicksPerSecond);
constexpr auto kForMpirunToPrint = std::chrono::milliseconds(500);

// At once: destructors and exit handlers would wait for the main thread, or for MPI.
[[noreturn]] void end_process() {
  ::_exit(static_cast<int>(core::ExitCode::silent_rank));
}

// The one place outside of `cli` that prints: the main thread, which could throw an error for `cli`
// to print, is in MPI and will not come back. One write, so that no other output gets in between.
void say(const std::string& message) {
  const std::string line = "mpilogit: error: " + message + "\n";
  const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);  // there is nobody left to tell
}

// While it lives, threads start without ears for signals: those are the main thread's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// Everyone's whereabouts on the network, and a token that only this job knows.
Watch::Place find_place(const Communicator& communicator, const WatchSocket& socket) {
  Contact mine = socket.contact();
  comm::together(communicator, [&] { mine.token = random_token(); });
  Watch::Place place;
  place.rank = communicator.rank();
  place.contacts = communicator.all_gather(std::span<const Contact>(&mine, 1));
  place.token = place.contacts.front().token;
  return place;
}

}  // namespace

/// Asks nobody, for it knows no way to the others. The lowest rank that waits speaks for all.
class Watchdog::Beginning {
 public:
  Beginning(const Communicator& communicator, double timeout_seconds, std::string advice)
      : communicator_(communicator),
        rank_(communicator.rank()),
        stall_timer_(timeout_seconds),
        advice_(std::move(advice)) {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
  }
  ~Beginning() {
    {
      const std::scoped_lock lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;

 private:
  void run();
  [[noreturn]] void give_up(const Activity::Snapshot& here) const;

  const Communicator communicator_;  // keeps its activity alive
  const int rank_;
  StallTimer stall_timer_;
  const std::string advice_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

void Watchdog::Beginning::run() {
  constexpr std::int64_t kTicksBetweenWords = 2 * kTicksPerSecond;  // mpirun takes one to end a job
  const std::int64_t turn = std::bit_width(static_cast<unsigned>(rank_)) * kTicksBetweenWords;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kTick, [&] { return over_; })) {
    const Activity::Snapshot here = communicator_.activity().now();
    stall_timer_.tick(here);
    if (stall_timer_.waited() > stall_timer_.limit() + turn) give_up(here);
  }
}

void Watchdog::Beginning::give_up(const Activity::Snapshot& here) const {
  say(fmt::format(
      "a rank kept the others waiting for {} s at the start, before they know which one it is "
      "(stopped, cut off, or out of memory). Waiting: {}, collective {}. All ranks end with exit "
      "code {}. {}",
      stall_timer_.waited() / kTicksPerSecond, here.phase, here.collective,
      static_cast<int>(core::ExitCode::silent_rank), advice_));
  std::this_thread::sleep_for(kForMpirunToPrint);
  end_process();
}

class Watchdog::Thread {
 public:
  Thread(const Communicator& communicator, double timeout_seconds, std::string advice)
      : communicator_(communicator),
        watch_(find_place(communicator, socket_), socket_, communicator.activity(),
               timeout_seconds),
        advice_(std::move(advice)) {}

  ~Thread() {
    const std::uint64_t stop = 1;
    const ssize_t told = ::write(stop_, &stop, sizeof stop);
    static_cast<void>(told);  // an eventfd takes 2^64 of them
    if (thread_.joinable()) thread_.join();
    ::close(stop_);
  }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  void begin();

 private:
  void run();
  bool listen_until(Clock::time_point due);

  const Communicator communicator_;  // keeps its activity alive
  const WatchSocket socket_;
  Watch watch_;
  const std::string advice_;
  int stop_ = -1;
  std::thread thread_;
};

void Watchdog::Thread::begin() {
  const auto failure = [](const char* why) {
    return core::bad_input({.what = "no watchdog can be started",
                            .why = why,
                            .remedy = "Allow more threads and files, or give --stall-timeout 0"});
  };
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  if (stop_ < 0) throw failure("eventfd failed");
  try {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    throw failure(error.what());
  }
}

// No tick is made up for: those that were missed, the process was stopped.
void Watchdog::Thread::run() {
  while (listen_until(Clock::now() + kTick)) {
    if (watch_.told_to_leave()) {
      std::this_thread::sleep_for(2 * kForMpirunToPrint);
      end_process();
    }
    if (watch_.tick()) {
      say(watch_.give_up() + ". " + advice_);
      std::this_thread::sleep_for(kForMpirunToPrint);
      end_process();
    }
  }
}

// False as soon as the watch is over. Without a socket its descriptor of −1 is passed over.
bool Watchdog::Thread::listen_until(Clock::time_point due) {
  std::array<pollfd, 2> sources{{{.fd = stop_, .events = POLLIN, .revents = 0},
                                 {.fd = socket_.descriptor(), .events = POLLIN, .revents = 0}}};
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(due - Clock::now()).count();
    if (left <= 0) return true;
    ::poll(sources.data(), sources.size(), static_cast<int>(left));
    if (sources[0].revents != 0) return false;
    while (const auto received = socket_.receive()) {
      watch_.hear(*received);
      if (Clock::now() >= due) return true;
    }
  }
}

Watchdog::Watchdog() = default;
Watchdog::~Watchdog() = default;

void Watchdog::begin(const Communicator& communicator, double timeout_seconds, std::string advice) {
  if (communicator.size() == 1 || timeout_seconds == 0.0) return;
  try {
    beginning_ = std::make_unique<Beginning>(communicator, timeout_seconds, std::move(advice));
  } catch (const std::system_error&) {
    beginning_ = nullptr;
  }
}

void Watchdog::start(const Communicator& communicator, double timeout_seconds, std::string advice) {
  if (communicator.size() > 1 && timeout_seconds != 0.0) {
    thread_ = std::make_unique<Thread>(communicator, timeout_seconds, std::move(advice));
    comm::together(communicator, [&] { thread_->begin(); });
  }
  beginning_ = nullptr;
}

}  // namespace mpilogit::comm
