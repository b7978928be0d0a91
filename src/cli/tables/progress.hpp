#pragma once
// Progress of a run on the terminal and in the file of events.

#include <string>

#include "cli/options/checkpoint_arguments.hpp"
#include "cli/tables/output.hpp"
#include "core/units.hpp"
#include "fitting/cross_validate.hpp"
#include "fitting/path.hpp"
#include "formats/rounds.hpp"
#include "problem/fit_options.hpp"
#include "running/events.hpp"

namespace mpilogit::cli {

/// What every observer is told, handed on to both.
template <class Observer>
class ForwardsEvents : public Observer {
 public:
  ForwardsEvents(running::Events& events, Observer& other) : events_(events), other_(other) {}

  void data_read(const data::Dataset& dataset, double seconds) override {
    events_.data(dataset.shape(), seconds);
    other_.data_read(dataset, seconds);
  }
  void resumed(const std::string& path, const std::string& remark) override {
    events_.resumed(path);
    other_.resumed(path, remark);
  }
  void checkpoint_written(const problem::WrittenCheckpoint& checkpoint) override {
    events_.checkpoint(checkpoint);
    other_.checkpoint_written(checkpoint);
  }
  void checkpoint_failed(const std::string& why) override { other_.checkpoint_failed(why); }

 protected:
  running::Events& events() { return events_; }
  Observer& other() { return other_; }

 private:
  running::Events& events_;
  Observer& other_;
};

class FitEvents final : public ForwardsEvents<problem::FitObserver> {
 public:
  using ForwardsEvents::ForwardsEvents;

  void progress(const solvers::Progress& progress, double seconds) override;
};

class PathEvents final : public ForwardsEvents<fitting::PathObserver> {
 public:
  using ForwardsEvents::ForwardsEvents;

  void step(const model::Path& path) override;
};

class CrossValidateEvents final : public ForwardsEvents<fitting::CrossValidateObserver> {
 public:
  using ForwardsEvents::ForwardsEvents;

  void folds_done(double l1_ratio, std::int64_t data_passes, double seconds) override;
  void refit_progress(const solvers::Progress& progress) override;
};

/// Follows a training run on standard error: one line that renews itself on a terminal, plain lines
/// (all of the first 20 iterations, then one every second) elsewhere.
class ProgressLines final : public TellsOfCheckpoints<problem::FitObserver> {
 public:
  explicit ProgressLines(const Output& output);

  void data_read(const data::Dataset& dataset, double seconds) override;
  void progress(const solvers::Progress& progress, double seconds) override;
  /// Leaves the last line standing.
  void finish();

 private:
  bool terminal_;
  bool line_open_ = false;
  double last_seconds_ = -1.0;
};

/// On standard error: one line that renews itself on a terminal, and elsewhere a line every few
/// seconds, so that what is quick says nothing.
class TableProgress {
 public:
  explicit TableProgress(const Output& output);

  formats::Progress line();
  /// Leaves the last line standing.
  void finish();

 private:
  void show(const char* what, std::int64_t done, std::int64_t total);

  const Output& output_;
  bool terminal_;
  bool line_open_ = false;
  core::Stopwatch clock_;
  double last_seconds_ = 0.0;
};

}  // namespace mpilogit::cli
