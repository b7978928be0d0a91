#pragma once
// Observers that tell the events what they see, and another observer too.

#include <string>

#include "fitting/cross_validate.hpp"
#include "fitting/path.hpp"
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

}  // namespace mpilogit::cli
