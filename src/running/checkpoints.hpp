#pragma once
// When a run's state is kept, and how it goes on from there.

#include <cstddef>
#include <memory>
#include <optional>

#include "comm/communicator.hpp"
#include "core/function_ref.hpp"
#include "problem/checkpoint_options.hpp"
#include "problem/training_set.hpp"
#include "running/provenance.hpp"
#include "solvers/state_keeper.hpp"

namespace mpilogit::running {

/// The state of a run is the same on all ranks, so that the root alone decides when to keep it and
/// writes it, in the background; nobody waits for it. Requests to stop are another matter: all
/// ranks learn of them in the same pass (comm::Communicator::requests) and end at the same
/// boundary.
class Checkpoints {
 public:
  /// Nothing is kept if there are no options. Else takes the signals, for as long as it lives.
  Checkpoints(const std::optional<problem::CheckpointOptions>& options,
              const comm::Communicator& communicator, problem::CheckpointObserver& observer);
  ~Checkpoints();
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;

  /// Collective. Looks for a checkpoint to go on from, once the data is there. Throws bad input,
  /// the same on all ranks, if there is one of another run.
  void begin(const problem::TrainingSet& set, const DataFingerprint& data);

  /// Of the main run; null if nothing is kept.
  solvers::StateKeeper* keeper() const;

  /// Collective. Runs `work`. If it ends because somebody asked to stop, its last state is written,
  /// and core::Error with ExitCode::checkpointed is thrown, the same on all ranks.
  void run(core::FunctionRef<void()> work);

  /// Collective. The result is on the disk: removes the checkpoints, unless a later run may `keep`
  /// going on from them.
  void done(bool keep = false);

  /// The states of problems that are solved side by side, within the main run's.
  class Lanes {
   public:
    /// `checkpoints` must outlive it. On the caller's thread, before the problems begin.
    Lanes(Checkpoints& checkpoints, std::size_t problems);
    ~Lanes();
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    /// Of one problem; null if nothing is kept.
    solvers::StateKeeper* keeper(std::size_t problem) const;

    /// The problem is solved, and its frames still stand: what they hold is kept for good. To be
    /// called from the problem's thread.
    void finish(std::size_t problem);

   private:
    Checkpoints& checkpoints_;
  };

 private:
  class Main;
  class Lane;
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace mpilogit::running
