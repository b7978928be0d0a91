#include "fitting/fit.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "fitting/detail/finish_fit.hpp"
#include "fitting/detail/firth.hpp"
#include "fitting/detail/solve.hpp"
#include "inference/diagnosis.hpp"
#include "inference/inference.hpp"
#include "inference/named_inference.hpp"
#include "inference/row_diagnostics.hpp"
#include "model/distribute.hpp"
#include "model/mapping.hpp"
#include "objective/lock_step.hpp"
#include "objective/logistic_objective.hpp"
#include "problem/same_columns.hpp"
#include "problem/solver_registry.hpp"
#include "scoring/scoring.hpp"
#include "solvers/growing_samples.hpp"

namespace mpilogit::fitting {

namespace {

// Without a penalty the optimum of separated classes lies at infinity: the solver is stopped as
// soon as the log-loss proves that every row lies on its right side.
class SeparationGuard {
 public:
  SeparationGuard(const objective::LogisticObjective& objective, const problem::Penalty& penalty)
      : threshold_(unpenalised(penalty) ? objective.separation_threshold() : 0.0) {}

  bool separated(double objective_value) {
    separated_ = separated_ || objective_value < threshold_;
    return separated_;
  }
  bool separated() const { return separated_; }

  /// Of a fit with bounds alone, at its end: whether all rows lie on their right side, and no bound
  /// ends the way on in the same direction.
  void look_past(const problem::Penalty& penalty, const solvers::Solution& solution,
                 double separation_threshold) {
    if (!penalty.needs_proximal || !(solution.objective < separation_threshold)) return;
    separated_ = separated_ || (without_strength(penalty) && is_free(penalty, solution));
  }

  void visit(core::Archive& archive) { archive(separated_); }

 private:
  static bool unpenalised(const problem::Penalty& penalty) {
    return !penalty.needs_proximal && without_strength(penalty);
  }

  // Infinite factors leave a feature out.
  static bool without_strength(const problem::Penalty& penalty) {
    const auto nothing = [](double strength) { return strength == 0.0 || std::isinf(strength); };
    return std::all_of(penalty.ridge.l2.begin(), penalty.ridge.l2.end(), nothing) &&
           std::all_of(penalty.l1_and_bounds.l1.begin(), penalty.l1_and_bounds.l1.end(), nothing);
  }

  static bool is_free(const problem::Penalty& penalty, const solvers::Solution& solution) {
    const solvers::L1AndBounds& part = penalty.l1_and_bounds;
    for (std::size_t v = 0; v < solution.coefficients.size(); ++v) {
      const double w = solution.coefficients[v];
      if (w > 0.0 && part.upper[v] < problem::kNoBound) return false;
      if (w < 0.0 && part.lower[v] > -problem::kNoBound) return false;
    }
    return true;
  }

  double threshold_;
  bool separated_ = false;
};

/// One problem with all that it needs; stays where it was made.
struct Fit {
  Fit(const objective::Passes& passes, objective::Targets targets, problem::Penalty chosen)
      : penalty(std::move(chosen)),
        objective(passes, std::move(targets), penalty.ridge),
        guard(objective, penalty) {}

  // With kinks the way goes up from few coefficients, without them it is Newton's.
  std::vector<double> start() const {
    return penalty.needs_proximal ? objective.start_at_shares() : objective.start();
  }

  void run(const problem::SolverOptions& options, const solvers::Start& start,
           solvers::Monitor monitor) {
    const auto guarded = [&](const solvers::Progress& progress) {
      const bool more = monitor(progress);
      return !guard.separated(progress.objective) && more;
    };
    solution = solve(objective, penalty, options, start, 1.0, {guarded, monitor.keeper()});
    guard.look_past(penalty, solution, objective.separation_threshold());
    centre_classes(objective, penalty, solution.coefficients);
    solved = true;
  }

  // The solver under way has a frame of its own.
  void visit(core::Archive& archive) {
    archive(solved);
    solution.visit(archive, objective.dimension());
    core::Archive::require(!archive.reading() || !solved || !solution.coefficients.empty());
    guard.visit(archive);
    objective.visit_passes(archive);
  }

  // Solvers that know no matrices may share out an aliased column's coefficient.
  void diagnose(const objective::Passes& passes, const objective::Targets& targets,
                const problem::SolverOptions& options, inference::Diagnosis& diagnosis) {
    const bool suspicious =
        guard.separated() || !problem::find_solver(options.name, false).exact_hessian;
    if (!std::isfinite(solution.objective)) return;
    const std::vector<double> before = solution.coefficients;
    diagnosis = inference::diagnose(passes, targets, objective, suspicious, solution.coefficients);
    if (guard.separated() && diagnosis.examined)
      diagnosis.separator = inference::few_separating(objective);
    if (solution.coefficients == before) return;
    const double value = objective.evaluate(solution.coefficients)->value();
    if (inference::same_fit(value, solution.objective, options.tolerance)) {
      solution.objective = value;
    } else {
      solution.coefficients = before;
      diagnosis.aliased.clear();
    }
  }

  double log_loss() const {
    return solution.objective - objective.penalty(solution.coefficients) -
           l1_penalty(penalty, solution.coefficients);
  }

  problem::Penalty penalty;
  objective::LogisticObjective objective;
  SeparationGuard guard;
  solvers::Solution solution;
  bool solved = false;
};

core::Error no_finite_start() {
  return core::agreed_bad_input({.what = "the objective is not finite where training starts",
                                 .why = "the start's coefficients, or offsets, are too large",
                                 .remedy = "Leave --start away, or check its coefficients"});
}

// S = total_weight · 2^exponent
problem::PenaltyStrength strength_of(const TrainOptions& options, double total_weight,
                                     int exponent) {
  if (!options.inverse_strength) return options.strength;
  const double lambda = std::ldexp(1.0 / (*options.inverse_strength * total_weight), -exponent);
  if (!std::isfinite(lambda)) {
    throw core::agreed_bad_input(
        {.what = fmt::format("--C {:.3g} is a penalty of 1 / (C S), S = {:.6g} the sum of the "
                             "weights",
                             *options.inverse_strength, std::ldexp(total_weight, exponent)),
         .why = "that is above the largest double",
         .remedy = "Give a larger --C, or a fixed penalty (--l2)"});
  }
  return {options.l1_ratio * lambda, (1.0 - options.l1_ratio) * lambda};
}

// Statistics depend on the size of weights, which F does not.
void require_moderate_weights(const problem::TrainingSet& set) {
  if (set.dataset.weight_exponent() == 0) return;
  throw core::agreed_bad_input(
      {.what =
           fmt::format("weights of about {:.0e}", std::ldexp(1.0, set.dataset.weight_exponent())),
       .where = set.source_file + ":/" + set.source.weights.value_or(""),
       .why = "as counts of rows they leave no standard errors, and --firth nothing "
              "beside its penalty",
       .remedy = "Multiply all weights by one number, so that they are near 1"});
}

void merge(const Fit& fit, TrainResult& outcome) {
  solvers::Solution& all = outcome.solution;
  const solvers::Solution& one = fit.solution;
  append_coefficients(one.coefficients, fit.objective.classes(), outcome.model.coefficients,
                      outcome.model.intercept);
  all.objective += one.objective;
  all.gradient_norm = std::max(all.gradient_norm, one.gradient_norm);
  all.estimated_gap = std::max(all.estimated_gap, one.estimated_gap);
  const bool first = outcome.model.intercept.size() == fit.objective.classes();
  if (first || !one.gap_bound) {
    all.gap_bound = one.gap_bound;
  } else if (all.gap_bound) {
    all.gap_bound = std::max(*all.gap_bound, *one.gap_bound);
  }
  all.iterations = std::max(all.iterations, one.iterations);
  if (solvers::converged(all.stop_reason)) all.stop_reason = one.stop_reason;
  outcome.separated = outcome.separated || fit.guard.separated();
  outcome.log_loss += fit.log_loss();
}

std::vector<double> start_from(const TrainOptions& options, const problem::TrainingSet& set,
                               std::size_t columns, bool reference_class,
                               const comm::Communicator& communicator) {
  const model::Model model = model::read_model(*options.start, communicator);
  problem::require_same_columns(model, *options.start, set.source, set.dataset.shape());
  return problem::framed_coefficients(model, set, columns, reference_class, *options.start);
}

// Whether a start's margins are so large that the way from there is longer than that from anywhere
// else: the optimum does not depend on it. Cost: none, or a pass where margins may be that large.
bool far_out(const objective::LogisticObjective& objective, std::span<const double> start) {
  constexpr double kFarOut = 1e6;
  const auto largest = objective.largest_absolute();
  double most = 0.0;
  for (std::size_t v = 0; v < start.size(); ++v) {
    most += largest[v / objective.classes()] * std::fabs(start[v]);
  }
  if (most <= kFarOut) return false;
  const double value = objective.evaluate(start)->value();
  if (!std::isfinite(value)) throw no_finite_start();
  return value > kFarOut;
}

// Where the solver begins that does not go on from a kept state.
solvers::Start first_start(const TrainOptions& options, const problem::TrainingSet& set,
                           const objective::Targets& targets,
                           const comm::Communicator& communicator, const Fit& fit,
                           bool& start_left) {
  if (options.start) {
    auto start = start_from(options, set, targets.columns(), targets.reference_class, communicator);
    start_left = far_out(fit.objective, start);
    return {start_left ? fit.start() : std::move(start)};
  }
  if (!problem::find_solver(options.solver.name, fit.penalty.needs_proximal).exact_hessian)
    return {fit.start()};
  return solvers::start_on_samples(fit.objective, fit.start(), options.solver.tolerance);
}

void fit_together(const TrainOptions& options, const problem::TrainingSet& set,
                  const problem::PenaltyStrength& strength, const comm::Communicator& communicator,
                  solvers::Monitor monitor, TrainResult& outcome) {
  const objective::DirectPasses passes(set.rows);
  objective::Targets targets = set.targets;
  const bool penalised = strength.l1 > 0.0 || strength.l2 > 0.0 || options.penalty.lower.given() ||
                         options.penalty.upper.given();
  targets.reference_class = needs_reference_class(set, penalised);
  const problem::PenaltyFactory penalties(options.penalty, set, targets.columns(),
                                          targets.reference_class, communicator);
  penalties.require_effect(strength);
  const auto scales = penalties.scales(targets);
  Fit fit(passes, targets, penalties.at(strength, scales));
  const inference::InferenceProblem problem{set,       passes, fit.objective,    fit.penalty,
                                            penalised, false,  outcome.diagnosis};
  outcome.model.objective = set.targets.classes > 2 ? model::kSoftmax : model::kLogistic;
  if (options.inference) {
    inference::require_inference_possible(*options.inference, problem);
    inference::require_known_names(*options.inference, outcome.model, targets.columns());
  }
  const auto visit = [&](core::Archive& archive) { fit.visit(archive); };
  const solvers::StateFrame frame(monitor.keeper(), visit);
  if (!fit.solved) {
    const bool resuming = monitor.keeper() != nullptr && monitor.keeper()->resuming();
    fit.run(options.solver,
            resuming ? solvers::Start{}
                     : first_start(options, set, targets, communicator, fit, outcome.start_left),
            monitor);
  }
  if (!std::isfinite(fit.solution.objective)) throw no_finite_start();
  if (!may_go_on(fit.solution)) monitor.boundary();
  comm::Phase phase(communicator, "looking for separation");
  if (!penalised && !options.evaluate_only) {
    fit.diagnose(passes, targets, options.solver, outcome.diagnosis);
  }
  phase.turn_to("inference");
  add_inference(options, problem, fit.solution.coefficients,
                solvers::converged(fit.solution.stop_reason) && !fit.guard.separated(), outcome);
  merge(fit, outcome);
  const SolvedProblem solved{set, fit.objective, fit.objective, fit.solution.coefficients};
  finish_fit(options, solved, outcome);
  outcome.data_passes = passes.data_passes();
  outcome.reads = passes.read().reads;
  outcome.total_weight = fit.objective.total_weight();
  diagnose_rows(options, solved, outcome);
}

// One class's variables of a start that has a column for each.
std::vector<double> column_of(std::span<const double> start, std::size_t columns, std::size_t k) {
  std::vector<double> column;
  for (std::size_t v = k; v < start.size(); v += columns) column.push_back(start[v]);
  return column;
}

// Of all problems together, each with its class's margins.
double raw_log_loss(const problem::TrainingSet& set, const model::Model& model,
                    const std::deque<Fit>& fits, objective::LockStep& lock_step) {
  const std::vector<double> margins = raw_margins(set, model);
  std::vector<double> losses(fits.size());
  std::vector<std::function<void()>> tasks;
  for (std::size_t k = 0; k < fits.size(); ++k) {
    tasks.emplace_back([&, k] {
      std::vector<double> own(margins.size() / fits.size());
      for (std::size_t i = 0; i < own.size(); ++i) own[i] = margins[i * fits.size() + k];
      losses[k] = fits[k].objective.mean_loss(own);
    });
  }
  lock_step.run(tasks);
  return std::accumulate(losses.begin(), losses.end(), 0.0);
}

// A problem per class, all in lock-step.
void fit_one_vs_rest(const TrainOptions& options, const problem::TrainingSet& set,
                     const problem::PenaltyStrength& strength,
                     const comm::Communicator& communicator, running::Checkpoints& checkpoints,
                     TrainResult& outcome) {
  const std::size_t classes = set.targets.classes;
  objective::LockStep lock_step(set.rows, classes);
  const problem::PenaltyFactory penalties(options.penalty, set, 1, false, communicator);
  penalties.require_effect(strength);
  const auto scales = penalties.scales(set.targets);
  std::deque<Fit> fits;
  for (std::size_t k = 0; k < classes; ++k) {
    fits.emplace_back(lock_step.passes(k), objective::one_against_rest(set.targets, k),
                      penalties.at(strength, scales));
  }
  std::vector<double> given;
  if (options.start) given = start_from(options, set, classes, false, communicator);
  running::Checkpoints::Lanes lanes(checkpoints, classes);
  std::vector<std::function<void()>> tasks;
  tasks.reserve(classes);
  for (std::size_t k = 0; k < classes; ++k) {
    tasks.emplace_back([&options, &lanes, &given, classes, &fit = fits[k], k] {
      const auto visit = [&](core::Archive& archive) { fit.visit(archive); };
      const solvers::StateFrame frame(lanes.keeper(k), visit);
      const auto report_nothing = [](const solvers::Progress&) { return true; };
      if (!fit.solved) {
        fit.run(options.solver, {given.empty() ? fit.start() : column_of(given, classes, k)},
                {report_nothing, lanes.keeper(k)});
      }
      lanes.finish(k);
    });
  }
  lock_step.run(tasks);
  outcome.model.objective = model::kOneVsRest;
  for (const auto& fit : fits) merge(fit, outcome);
  set.frame.complete(outcome.model);
  if (!outcome.model.centre.empty()) {
    outcome.raw_log_loss = raw_log_loss(set, outcome.model, fits, lock_step);
  }
  outcome.data_passes = lock_step.read().data_passes(set.rows.design.rows());
  outcome.reads = lock_step.read().reads;
  outcome.total_weight = fits.front().objective.total_weight();
}

}  // namespace

bool needs_reference_class(const problem::TrainingSet& set, bool penalised) {
  return set.targets.classes > 2 && !penalised;
}

model::Model model_frame(const problem::TrainingSet& set, const problem::PenaltyStrength& strength,
                         bool standardized, std::string_view solver) {
  model::Model model;
  model.classes = set.classes();
  model.features = static_cast<std::int64_t>(set.design.features());
  model.feature_names = set.design.feature_names();
  model.expansion = set.design.expansion();
  model.data_feature_names = set.dataset.shape().feature_names;
  model.schema = set.dataset.shape().schema;
  model.column_numbers = set.dataset.shape().column_numbers;
  model.l1 = strength.l1;
  model.l2 = strength.l2;
  model.standardized = standardized;
  model.solver = solver;
  return model;
}

std::vector<double> raw_margins(const problem::TrainingSet& set, const model::Model& model) {
  return scoring::margins(set.frame.raw_form(model), set.dataset, set.rows.threads);
}

void append_coefficients(std::span<const double> solution, std::size_t columns,
                         std::vector<double>& coefficients, std::vector<double>& intercept) {
  const std::size_t features = solution.size() / columns - 1;
  for (std::size_t k = 0; k < columns; ++k) {
    for (std::size_t j = 0; j < features; ++j) coefficients.push_back(solution[j * columns + k]);
    intercept.push_back(solution[features * columns + k]);
  }
}

void fit(const TrainOptions& options, const problem::TrainingSet& set,
         const comm::Communicator& communicator, running::Checkpoints& checkpoints,
         solvers::Monitor monitor, TrainResult& outcome) {
  const int exponent = set.dataset.weight_exponent();
  const problem::PenaltyStrength strength =
      strength_of(options, set.rows.bounds.total_weight, exponent);
  if (options.inference || options.firth) require_moderate_weights(set);
  const bool proximal =
      strength.l1 > 0.0 || options.penalty.lower.given() || options.penalty.upper.given();
  outcome.model = model_frame(set, strength, options.penalty.standardize,
                              problem::find_solver(options.solver.name, proximal).name);
  outcome.solution.stop_reason = solvers::StopReason::tolerance_reached;
  outcome.tolerance = options.solver.tolerance;
  if (options.diagnostics) {
    require_two_classes(set, "--diagnostics");
    require_matrix_fits(set, "--diagnostics");
  }
  if (options.firth) {
    std::optional<std::vector<double>> start;
    if (options.start) start = start_from(options, set, 1, false, communicator);
    fit_firth(options, set, std::move(start), monitor, outcome);
  } else if (options.one_vs_rest) {
    if (set.targets.classes == 2) {
      throw core::agreed_bad_input({.what = "--one-vs-rest has no effect: there are two classes",
                                    .why = {},
                                    .remedy = "Leave it away"});
    }
    fit_one_vs_rest(options, set, strength, communicator, checkpoints, outcome);
  } else {
    fit_together(options, set, strength, communicator, monitor, outcome);
  }
  set.frame.leave(outcome.diagnosis.aliased);
  outcome.total_weight = std::ldexp(outcome.total_weight, exponent);
  outcome.nonzero_coefficients = static_cast<std::int64_t>(
      std::count_if(outcome.model.coefficients.begin(), outcome.model.coefficients.end(),
                    [](double w) { return w != 0.0; }));
  outcome.shape = set.dataset.shape();
  outcome.centred_columns = static_cast<std::int64_t>(std::count_if(
      outcome.model.centre.begin(), outcome.model.centre.end(), [](double c) { return c != 0.0; }));
}

}  // namespace mpilogit::fitting
