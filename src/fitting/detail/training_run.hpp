#pragma once
// What train, path and cross-validate have in common: the data, the clock, the checkpoints, and how
// the model comes to the disk.

#include <optional>
#include <string>
#include <vector>

#include "comm/activity.hpp"
#include "comm/communicator.hpp"
#include "core/function_ref.hpp"
#include "core/units.hpp"
#include "problem/fit_options.hpp"
#include "problem/training_set.hpp"
#include "running/checkpoints.hpp"
#include "running/history.hpp"
#include "running/provenance.hpp"
#include "running/timing.hpp"

namespace mpilogit::fitting {

/// The parts of a command's options that every run needs.
struct RunOptions {
  const running::Origin& origin;
  problem::DesignOptions design;
  std::size_t folds;
  const problem::PenaltyOptions& penalty;
  double tolerance;
  std::optional<std::string> start;
  const std::optional<problem::CheckpointOptions>& checkpoint;
  int threads;
  std::vector<std::string> outputs;
};

class TrainingRun {
 public:
  /// Collective. Makes sure that the outputs can be written, then reads the data. Throws
  /// core::Error, the same on all ranks.
  TrainingRun(const RunOptions& options, const comm::Communicator& communicator,
              problem::CheckpointObserver& observer);

  const problem::TrainingSet& set() const { return set_; }
  const running::Provenance& provenance() const { return provenance_; }
  running::Checkpoints& checkpoints() { return checkpoints_; }
  running::RunClock& clock() { return clock_; }
  comm::Phase& phase() { return phase_; }
  double seconds_read() const { return seconds_read_; }

  /// Collective. Training begins, or goes on from a checkpoint.
  void begin(const char* phase);

  /// Fills what every result tells of the run: shape, ranks, threads, memory, seconds.
  template <class Result>
  void describe(Result& result) const {
    result.ranks = communicator_.size();
    result.threads = set_.rows.threads;
    result.memory = running::memory_use(set_.dataset, communicator_);
    result.seconds_read = seconds_read_;
    result.seconds_total = seconds_total();
  }

  /// Since the start of the first run that this one goes on from.
  double seconds_total() const { return clock_.seconds_before() + total_.seconds(); }

  /// Collective. Training is over: the root calls `write`; then the checkpoints go, unless a later
  /// run may `keep` going on from them.
  running::Timing save(const char* phase, core::FunctionRef<void()> write, bool keep = false);

 private:
  core::Stopwatch total_;
  const comm::Communicator& communicator_;
  running::Checkpoints checkpoints_;
  comm::Phase phase_;
  problem::TrainingSet set_;
  running::Provenance provenance_;
  double seconds_read_;
  std::optional<running::TrainingTime> time_;
  running::RunClock clock_;
};

}  // namespace mpilogit::fitting
