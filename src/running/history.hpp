#pragma once
// A run's course: its clock, the time of training, its iterations.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "comm/communicator.hpp"
#include "comm/rank_watch.hpp"
#include "core/archive.hpp"
#include "core/units.hpp"
#include "problem/training_set.hpp"
#include "running/timing.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::running {

/// The state after an iteration (0: at the start). All but the time is the same on any number of
/// ranks.
struct HistoryEntry {
  std::int64_t iteration = 0;
  double objective = 0.0;
  double estimated_gap = 0.0;
  double gradient_norm = 0.0;
  std::int64_t data_passes = 0;
  double seconds = 0.0;  ///< since the training began, on rank 0
};

/// Keeps every entry until there are more than `kMost`, then every second, fourth, … and always the
/// newest: which ones depends on their count alone.
class History {
 public:
  static constexpr std::size_t kMost = 500;

  void add(const solvers::Progress& progress, double seconds);

  /// As a part of a run's state.
  void visit(core::Archive& archive);

  /// Those kept, in order; at most kMost + 1.
  std::vector<HistoryEntry> entries() const;

 private:
  std::vector<HistoryEntry> kept_;  // every stride-th of all
  HistoryEntry newest_;
  std::size_t seen_ = 0;
  std::size_t stride_ = 1;
};

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
