#include "fitting/detail/firth.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "fitting/detail/finish_fit.hpp"
#include "fitting/detail/solve.hpp"
#include "fitting/fit.hpp"
#include "inference/inference.hpp"
#include "inference/named_inference.hpp"
#include "objective/firth_objective.hpp"
#include "solvers/newton.hpp"
#include "statistics/identifiability.hpp"

namespace mpilogit::fitting {

void require_two_classes(const problem::TrainingSet& set, const std::string& option) {
  if (set.targets.classes == 2) return;
  throw core::agreed_bad_input(
      {.what = fmt::format("{} is for two classes, and there are {}", option, set.targets.classes),
       .where = set.source_file,
       .why = "it is defined by the margin between two",
       .remedy = fmt::format("Leave {} away, or give data with two classes", option)});
}

void require_matrix_fits(const problem::TrainingSet& set, const std::string& option) {
  constexpr std::size_t kMost = 4096;  // 128 MiB as a square
  const std::size_t features = set.design.features();
  if (features <= kMost) return;
  throw core::agreed_bad_input(
      {.what = fmt::format("{} with {} features", option, features),
       .where = set.source_file,
       .why = fmt::format("it needs the inverse of a matrix over all of them; up to {} are allowed",
                          kMost),
       .remedy = fmt::format("Leave {} away, or give fewer features", option)});
}

namespace {

struct FirthFit {
  const problem::TrainingSet& set;
  const objective::Passes& passes;
  const objective::LogisticObjective& logistic;
};

// Errors from the information at Firth's estimates (Heinze and Schemper 2002).
void add_firth_inference(const TrainOptions& options, const FirthFit& fit, TrainResult& outcome) {
  const std::size_t dimension = fit.logistic.dimension();
  problem::Penalty none;
  none.ridge = objective::uniform_ridge(0.0, dimension - 1);
  none.l1_and_bounds = solvers::unrestricted(dimension);
  const inference::InferenceProblem problem{fit.set, fit.passes, fit.logistic,     none,
                                            false,   true,       outcome.diagnosis};
  add_inference(options, problem, outcome.solution.coefficients,
                solvers::converged(outcome.solution.stop_reason), outcome);
}

// The optimum under a weak quadratic penalty, roughly: for where all rows are so far out at the
// start (offsets) that nothing is left of the information there.
std::vector<double> ridge_start(objective::LogisticObjective& logistic,
                                std::span<const std::size_t> left_out) {
  constexpr double kWeak = 1e-2;  // of the largest curvatures
  constexpr double kRough = 1e-3;
  const std::size_t features = logistic.dimension() - 1;
  objective::RidgePenalty penalty = objective::uniform_ridge(0.0, features);
  penalty.excluded.assign(features, 0);
  for (const std::size_t j : left_out) penalty.excluded[j] = 1;
  objective::RidgePenalty ridge = penalty;
  for (std::size_t j = 0; j < features; ++j) ridge.l2[j] = kWeak * logistic.largest_curvature()[j];
  logistic.change_penalty(std::move(ridge));
  const auto report_nothing = [](const solvers::Progress&) { return true; };
  auto solution = solvers::newton(logistic, {logistic.start()}, {kRough, 100}, report_nothing);
  logistic.change_penalty(std::move(penalty));
  return std::move(solution.coefficients);
}

// From `begin`, or where F is not finite there, from a ridge fit.
solvers::Solution solve_firth(const TrainOptions& options, objective::LogisticObjective& logistic,
                              const objective::FirthObjective& firth, std::vector<double> begin,
                              solvers::Monitor monitor) {
  for (const std::size_t j : firth.left_out()) begin[j] = 0.0;
  auto solution = solve_smooth(firth, options.solver, {std::move(begin)}, monitor);
  if (std::isfinite(solution.objective)) return solution;
  return finite(
      solve_smooth(firth, options.solver, {ridge_start(logistic, firth.left_out())}, monitor));
}

}  // namespace

void fit_firth(const TrainOptions& options, const problem::TrainingSet& set,
               std::optional<std::vector<double>> start, solvers::Monitor monitor,
               TrainResult& outcome) {
  require_two_classes(set, "--firth");
  require_matrix_fits(set, "--firth");
  const objective::DirectPasses passes(set.rows);
  objective::LogisticObjective logistic(passes, set.targets,
                                        objective::uniform_ridge(0.0, set.design.features()));
  outcome.model.objective = model::kLogistic;
  if (options.inference) inference::require_known_names(*options.inference, outcome.model, 1);
  std::vector<std::size_t> aliased;
  outcome.diagnosis.examined = true;
  outcome.diagnosis.aliased = statistics::aliased_columns(logistic);
  for (const auto& column : outcome.diagnosis.aliased) aliased.push_back(column.column);
  const objective::FirthObjective firth(logistic, aliased);
  bool solved = false;
  const auto visit = [&](core::Archive& archive) {
    archive(solved);
    outcome.solution.visit(archive, logistic.dimension());
    core::Archive::require(!archive.reading() || !solved || !outcome.solution.coefficients.empty());
    logistic.visit_passes(archive);
  };
  const solvers::StateFrame frame(monitor.keeper(), visit);
  if (!solved) {
    outcome.solution = solve_firth(options, logistic, firth,
                                   start ? std::move(*start) : logistic.start(), monitor);
  }
  solved = true;
  if (!may_go_on(outcome.solution)) monitor.boundary();
  const auto parts = firth.parts(outcome.solution.coefficients);
  outcome.total_weight = logistic.total_weight();
  outcome.log_loss = parts.log_loss;
  outcome.penalised_log_likelihood =
      0.5 * parts.log_determinant - outcome.total_weight * parts.log_loss;
  outcome.data_passes = passes.data_passes();
  outcome.reads = passes.read().reads;
  outcome.model.firth = true;
  if (options.inference) add_firth_inference(options, {set, passes, logistic}, outcome);
  append_coefficients(outcome.solution.coefficients, 1, outcome.model.coefficients,
                      outcome.model.intercept);
  const SolvedProblem solved_problem{set, logistic, firth, outcome.solution.coefficients};
  finish_fit(options, solved_problem, outcome);
  diagnose_rows(options, solved_problem, outcome);
}

}  // namespace mpilogit::fitting
