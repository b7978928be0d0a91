#include "cli/tables/event_observers.hpp"

namespace mpilogit::cli {

void FitEvents::progress(const solvers::Progress& progress, double seconds) {
  events().pass(progress);
  other().progress(progress, seconds);
}

void PathEvents::step(const model::Path& path) {
  events().step(path);
  other().step(path);
}

void CrossValidateEvents::folds_done(double l1_ratio, std::int64_t data_passes, double seconds) {
  events().folds(l1_ratio, data_passes);
  other().folds_done(l1_ratio, data_passes, seconds);
}

void CrossValidateEvents::refit_progress(const solvers::Progress& progress) {
  events().pass(progress);
  other().refit_progress(progress);
}

}  // namespace mpilogit::cli
