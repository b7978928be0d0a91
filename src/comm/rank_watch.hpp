#pragma once
// Wall-clock time of a rank, and what it spent of that waiting for others. For reports only, as the
// stopwatch.

#include <utility>

#include "comm/communicator.hpp"
#include "core/units.hpp"

namespace mpilogit::comm {

class RankWatch {
 public:
  explicit RankWatch(Communicator communicator)
      : communicator_(std::move(communicator)),
        waited_before_(communicator_.traffic().seconds_waiting) {}

  /// Since construction.
  double seconds() const { return watch_.seconds(); }
  /// Of these, in collective calls.
  double waiting() const { return communicator_.traffic().seconds_waiting - waited_before_; }
  double working() const { return seconds() - waiting(); }

 private:
  Communicator communicator_;
  double waited_before_;
  core::Stopwatch watch_;
};

}  // namespace mpilogit::comm
