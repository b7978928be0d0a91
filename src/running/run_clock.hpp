#pragma once
// How long a run has trained, interruptions not counted.

#include "core/archive.hpp"
#include "core/stopwatch.hpp"

namespace mpilogit::running {

class RunClock {
 public:
  double seconds() const { return before_ + watch_.seconds(); }

  /// Those of the runs that this one goes on from.
  double seconds_before() const { return before_; }

  /// As a part of a run's state.
  void visit(core::Archive& archive) {
    double now = seconds();
    archive(now);
    if (!archive.reading()) return;
    before_ = now;
    watch_ = core::Stopwatch();
  }

 private:
  core::Stopwatch watch_;
  double before_ = 0.0;  // until the checkpoint that this run goes on from
};

}  // namespace mpilogit::running
