#include "event_observers.hpp"

namespace mpilogit::cli {

void FitEvents::data_read(const data::Dataset& dataset, double seconds) {
  events_.data(dataset.shape(), seconds);
  other_.data_read(dataset, seconds);
}

void FitEvents::progress(const solvers::Progress& progress, double seconds) {
  events_.pass(progress);
  other_.progress(progress, seconds);
}

void PathEvents::data_read(const data::Dataset& dataset, double seconds) {
  events_.data(dataset.shape(), seconds);
  other_.data_read(dataset, seconds);
}

void PathEvents::step(const model::Path& path) {
  events_.step(path);
  other_.step(path);
}

void CrossValidateEvents::data_read(const data::Dataset& dataset, double seconds) {
  events_.data(dataset.shape(), seconds);
  other_.data_read(dataset, seconds);
}

void CrossValidateEvents::folds_done(double l1_ratio, std::int64_t data_passes, double seconds) {
  events_.folds(l1_ratio, data_passes);
  other_.folds_done(l1_ratio, data_passes, seconds);
}

void CrossValidateEvents::refit_progress(const solvers::Progress& progress) {
  events_.pass(progress);
  other_.refit_progress(progress);
}

}  // namespace mpilogit::cli
