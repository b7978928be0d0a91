#pragma once
// How long a run has trained, interruptions not counted.

#include "mpilogit/core/archive.hpp"
#include "mpilogit/core/stopwatch.hpp"

namespace mpilogit::workflow {

class RunClock {
 public:
  double seconds() const { return before_ + watch_.seconds(); }

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

}  // namespace mpilogit::workflow
