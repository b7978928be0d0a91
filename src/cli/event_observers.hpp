#pragma once
// Observers that tell the events what they see, and another observer too.

#include "mpilogit/workflow/cross_validate.hpp"
#include "mpilogit/workflow/events.hpp"
#include "mpilogit/workflow/fit_options.hpp"
#include "mpilogit/workflow/path.hpp"

namespace mpilogit::cli {

class FitEvents final : public workflow::FitObserver {
 public:
  FitEvents(workflow::Events& events, workflow::FitObserver& other)
      : events_(events), other_(other) {}

  void data_read(const data::Dataset& dataset, double seconds) override;
  void progress(const solvers::Progress& progress, double seconds) override;

 private:
  workflow::Events& events_;
  workflow::FitObserver& other_;
};

class PathEvents final : public workflow::PathObserver {
 public:
  PathEvents(workflow::Events& events, workflow::PathObserver& other)
      : events_(events), other_(other) {}

  void data_read(const data::Dataset& dataset, double seconds) override;
  void step(const model::Path& path) override;

 private:
  workflow::Events& events_;
  workflow::PathObserver& other_;
};

class CrossValidateEvents final : public workflow::CrossValidateObserver {
 public:
  CrossValidateEvents(workflow::Events& events, workflow::CrossValidateObserver& other)
      : events_(events), other_(other) {}

  void data_read(const data::Dataset& dataset, double seconds) override;
  void folds_done(double l1_ratio, std::int64_t data_passes, double seconds) override;
  void refit_progress(const solvers::Progress& progress) override;

 private:
  workflow::Events& events_;
  workflow::CrossValidateObserver& other_;
};

}  // namespace mpilogit::cli
