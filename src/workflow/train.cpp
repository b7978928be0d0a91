#include "mpilogit/workflow/train.hpp"

#include <fmt/format.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/model/model_file.hpp"
#include "mpilogit/objective/logistic_objective.hpp"
#include "mpilogit/workflow/record.hpp"

#include "solve.hpp"

namespace mpilogit::workflow {

namespace {

void require_two_classes(const data::Source& source, const data::ClassSet& classes) {
  if (classes.size() == 2) return;
  const std::string where = source.files.front() + ":/" + source.labels.value_or("y");
  if (classes.size() == 1) {
    throw core::bad_input({.what = "all rows are of class '" + classes.name(0) + "'",
                           .where = where,
                           .why = "there is nothing to tell apart",
                           .remedy = "Give data with both classes"})
        .as_agreed();
  }
  throw core::bad_input({.what = fmt::format("the labels have {} classes", classes.size()),
                         .where = where,
                         .why = "this version tells two classes apart",
                         .remedy = "Give a label data set of two values (--labels)"})
      .as_agreed();
}

model::Model make_model(const TrainOptions& options, const data::Dataset& dataset,
                        const solvers::Solution& solution) {
  model::Model model;
  model.classes = dataset.classes();
  model.features = dataset.shape().features;
  model.feature_names = dataset.shape().feature_names;
  model.coefficients.assign(solution.coefficients.begin(), solution.coefficients.end() - 1);
  model.intercept = {solution.coefficients.back()};
  model.l2 = options.l2;
  model.solver = to_string(options.solver);
  return model;
}

// Without a penalty the optimum of separated classes lies at infinity: the solver is stopped as
// soon as the log-loss proves that every row lies on its right side.
class SeparationGuard {
 public:
  SeparationGuard(const objective::LogisticObjective& objective, double l2)
      : threshold_(l2 == 0.0 ? objective.separation_threshold() : 0.0) {}

  bool separated(double objective_value) {
    separated_ = separated_ || objective_value < threshold_;
    return separated_;
  }
  bool separated() const { return separated_; }

 private:
  double threshold_;
  bool separated_ = false;
};

}  // namespace

std::string to_string(SolverKind kind) {
  switch (kind) {
    case SolverKind::newton:
      return "newton";
    case SolverKind::lbfgs:
      return "lbfgs";
    case SolverKind::gradient_descent:
      return "gradient-descent";
    case SolverKind::sgd:
      return "sgd";
  }
  throw core::internal_failure("unknown solver");
}

bool TrainReport::converged() const {
  return !separated && solvers::converged(solution.stop_reason);
}

std::string TrainReport::stop_reason() const {
  return separated ? "classes completely separated"
                   : std::string(solvers::to_string(solution.stop_reason));
}

TrainReport train(const TrainOptions& options, const comm::Communicator& communicator,
                  TrainObserver& observer) {
  const core::Stopwatch total;
  comm::on_root(communicator, [&] {
    core::require_writable(options.model_path);
    return std::string();
  });
  const data::Dataset dataset = data::read_dataset(options.source, communicator);
  require_two_classes(options.source, dataset.classes());
  TrainReport report;
  report.seconds_read = total.seconds();
  observer.data_read(dataset, report.seconds_read);

  const core::Stopwatch training;
  const objective::LogisticObjective objective(dataset, communicator,
                                               {.l2 = options.l2, .threads = options.threads});
  SeparationGuard guard(objective, options.l2);
  report.solution = solve(objective, options, [&](const solvers::Progress& progress) {
    observer.progress(progress, training.seconds());
    return !guard.separated(progress.objective);
  });
  report.seconds_train = training.seconds();

  report.shape = dataset.shape();
  report.model = make_model(options, dataset, report.solution);
  report.solver = report.model.solver;
  report.separated = guard.separated();
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.data_passes = objective.data_passes();
  report.total_weight = objective.total_weight();
  report.traffic = communicator.traffic();
  report.seconds_total = total.seconds();
  report.model.record = to_json(report);
  comm::on_root(communicator, [&] {
    model::write_model(options.model_path, report.model);
    return std::string();
  });
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
