#pragma once
// Measures what a timing tells, from the end of reading on.

#include "comm/communicator.hpp"
#include "comm/rank_watch.hpp"
#include "core/stopwatch.hpp"
#include "problem/training_set.hpp"
#include "running/timing.hpp"

namespace mpilogit::running {

class TrainingTime {
 public:
  /// Training begins now.
  TrainingTime(double seconds_read, const problem::TrainingSet& set,
               const comm::Communicator& communicator)
      : set_(set),
        communicator_(communicator),
        training_(communicator),
        waited_before_(set.dataset.stream_use().seconds_waited) {
    mine_.rows = set.dataset.local_rows().size();
    mine_.seconds_read = seconds_read;
  }

  /// Training ends and writing begins.
  void trained() {
    mine_.seconds_compute = training_.working();
    mine_.seconds_wait = training_.waiting();
    const double waited = set_.dataset.stream_use().seconds_waited - waited_before_;
    mine_.seconds_disk = waited / set_.rows.threads;
    writing_ = {};
  }

  /// Collective. Writing ends.
  Timing gather() const {
    const double seconds_write = writing_.seconds();
    Timing timing = gather_timing(mine_, communicator_);
    timing.passes = set_.rows.pass_seconds;
    timing.seconds_write = seconds_write;
    return timing;
  }

 private:
  const problem::TrainingSet& set_;
  const comm::Communicator& communicator_;
  comm::RankWatch training_;
  double waited_before_;
  core::Stopwatch writing_;
  RankTiming mine_;
};

}  // namespace mpilogit::running
