#pragma once
// How a training run is followed on a screen.

#include "cli/options/checkpoint_arguments.hpp"
#include "cli/tables/output.hpp"
#include "problem/fit_options.hpp"

namespace mpilogit::cli {

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

}  // namespace mpilogit::cli
