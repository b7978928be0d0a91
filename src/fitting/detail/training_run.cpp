#include "fitting/detail/training_run.hpp"

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"

namespace mpilogit::fitting {

namespace {

// Before anything else is done: the options of checkpoints, once all outputs are known to be
// writable.
const std::optional<problem::CheckpointOptions>& once_writable(
    const RunOptions& options, const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    for (const auto& output : options.outputs) core::require_writable(output);
    return std::string();
  });
  return options.checkpoint;
}

}  // namespace

TrainingRun::TrainingRun(const RunOptions& options, const comm::Communicator& communicator,
                         problem::CheckpointObserver& observer)
    : communicator_(communicator),
      checkpoints_(once_writable(options, communicator), communicator, observer),
      phase_(communicator, "reading the data"),
      set_(options.design, options.folds, options.threads, communicator),
      provenance_(running::provenance_of(options.origin, set_, options.penalty, options.tolerance,
                                         options.start, communicator)),
      seconds_read_(total_.seconds()) {}

void TrainingRun::begin(const char* phase) {
  phase_.turn_to(phase);
  time_.emplace(seconds_read_, set_, communicator_);
  checkpoints_.begin(set_, provenance_.data);
  clock_ = {};
}

running::Timing TrainingRun::save(const char* phase, core::FunctionRef<void()> write, bool keep) {
  time_->trained();
  phase_.turn_to(phase);
  comm::on_root(communicator_, [&] {
    write();
    return std::string();
  });
  checkpoints_.done(keep);
  return time_->gather();
}

}  // namespace mpilogit::fitting
