#pragma once
// Observers that tell the events what they see, and another observer too.

#include <string>

#include "fitting/cross_validate.hpp"
#include "running/events.hpp"
#include "problem/fit_options.hpp"
#include "fitting/path.hpp"

namespace mpilogit::cli {

/// What every observer is told, handed on to both.
template <class Observer>
class ForwardsEvents : public Observer {
 public:
  ForwardsEvents(workflow::Events& events, Observer& other) : events_(events), other_(other) {}

  void data_read(const data::Dataset& dataset, double seconds) override {
    events_.data(dataset.shape(), seconds);
    other_.data_read(dataset, seconds);
  }
  void resumed(const std::string& path, const std::string& remark) override {
    events_.resumed(path);
    other_.resumed(path, remark);
  }
  void checkpoint_written(const workflow::WrittenCheckpoint& checkpoint) override {
    events_.checkpoint(checkpoint);
    other_.checkpoint_written(checkpoint);
  }
  void checkpoint_failed(const std::string& why) override { other_.checkpoint_failed(why); }

 protected:
  workflow::Events& events() { return events_; }
  Observer& other() { return other_; }

 private:
  workflow::Events& events_;
  Observer& other_;
};

class FitEvents final : public ForwardsEvents<workflow::FitObserver> {
 public:
  using ForwardsEvents::ForwardsEvents;

  void progress(const solvers::Progress& progress, double seconds) override;
};

class PathEvents final : public ForwardsEvents<workflow::PathObserver> {
 public:
  using ForwardsEvents::ForwardsEvents;

  void step(const model::Path& path) override;
};

class CrossValidateEvents final : public ForwardsEvents<workflow::CrossValidateObserver> {
 public:
  using ForwardsEvents::ForwardsEvents;

  void folds_done(double l1_ratio, std::int64_t data_passes, double seconds) override;
  void refit_progress(const solvers::Progress& progress) override;
};

}  // namespace mpilogit::cli
