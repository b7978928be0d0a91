#pragma once
// What somebody outside asks of a run by signals.

#include <cstdint>

namespace mpilogit::comm {

/// How often so far; of one rank, or summed over all.
struct Requests {
  std::int64_t checkpoints = 0;
  std::int64_t stops = 0;
};

/// Takes SIGUSR1 (keep a checkpoint, go on) and SIGTERM, SIGINT, SIGUSR2 and SIGXCPU (keep a
/// checkpoint, then stop), for as long as it lives; one at a time. The handler counts, nothing
/// else. While there is nothing to keep, a request to stop ends the process at once. When it is
/// gone, these signals are ignored.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// From here on requests to stop are counted.
  void hold();

  /// Of this rank so far.
  Requests received() const;
};

}  // namespace mpilogit::comm
