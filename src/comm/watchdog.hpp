#pragma once
// Nobody waits for ever for a rank that went silent.

#include <memory>
#include <string>

#include "comm/communicator.hpp"

namespace mpilogit::comm {

/// A thread beside the main one of every rank. When the main thread has waited in one collective
/// call for the timeout (or three times the longest pass so far, if that is more), the watchdogs
/// ask each other who is missing, one of them says so on standard error, and every process ends
/// with exit code 86 (core::ExitCode::silent_rank). docs/watchdog.md tells more.
class Watchdog {
 public:
  Watchdog();
  /// Watches no longer.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Not collective: from the first call on, when the ranks know nothing of each other yet. Then
  /// all that can be said is that one is missing. Where no thread can be had, `start` will say so.
  void begin(const Communicator& communicator, double timeout_seconds, std::string advice);

  /// Collective. Watches all collective calls of `communicator`, of its copies and of those split
  /// from it. `advice` ends the message. Without a second rank there is nobody to wait for, and a
  /// timeout of 0 is for ever: nothing is started then, and what was begun ends.
  void start(const Communicator& communicator, double timeout_seconds, std::string advice);

 private:
  class Beginning;
  class Thread;
  std::unique_ptr<Beginning> beginning_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace mpilogit::comm
