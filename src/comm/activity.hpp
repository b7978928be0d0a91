#pragma once
// What the main thread of a rank is doing, for threads that watch it.

#include <atomic>
#include <chrono>
#include <cstdint>

namespace mpilogit::comm {

class Communicator;

/// Written by the main thread alone, the only one that communicates; read by any. A communicator,
/// its copies and those that it was split into share one.
class Activity {
 public:
  struct Snapshot {
    std::int64_t collective = 0;  ///< how many collective calls this rank has begun
    bool waits = false;           ///< whether it is in the last of them
    const char* phase = "";       ///< what the program is at
    bool operator==(const Snapshot&) const = default;
  };
  Snapshot now() const;

  /// In collective calls, so far. For the main thread.
  double seconds_waiting() const { return std::chrono::duration<double>(waited_).count(); }

 private:
  friend class Phase;
  friend class Waiting;

  // Twice the number of collectives begun, and one more while in the last: a single word, so that a
  // reader never sees the number of one moment with the state of another.
  std::atomic<std::int64_t> state_ = 0;
  std::atomic<const char*> phase_ = "starting";
  std::chrono::steady_clock::duration waited_{};
};

/// Held around one collective call: as long as it lives, the rank waits for the others. All ranks
/// hold the same number of them, so that one who is behind can be told from its number; no other is
/// held meanwhile. Cost: two looks at the clock, 0.06 µs.
class Waiting {
 public:
  explicit Waiting(Activity& activity) : activity_(activity) { step(); }
  ~Waiting() {
    step();
    activity_.waited_ += std::chrono::steady_clock::now() - begin_;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  // The only writer needs no exclusive access for its increment.
  void step() {
    activity_.state_.store(activity_.state_.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
  }

  Activity& activity_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Names what the program is at while it lives; then it is again what it was before. Names are
/// literals, for whoever reads them may do so later.
class Phase {
 public:
  Phase(const Communicator& communicator, const char* name);
  ~Phase() { turn_to(before_); }
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;

  /// The next one, in the same scope.
  void turn_to(const char* name) { activity_.phase_.store(name, std::memory_order_relaxed); }

 private:
  Activity& activity_;
  const char* before_;
};

}  // namespace mpilogit::comm
