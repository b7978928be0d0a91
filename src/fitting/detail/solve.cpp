#include "fitting/detail/solve.hpp"

#include <cmath>
#include <cstddef>

#include "core/error.hpp"
#include "objective/logistic_batches.hpp"
#include "solvers/gradient_descent.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/owlqn.hpp"
#include "solvers/proximal_newton.hpp"
#include "solvers/sgd.hpp"

namespace mpilogit::fitting {

namespace {

std::int64_t default_iterations(problem::SolverKind kind) {
  switch (kind) {
    case problem::SolverKind::newton:
    case problem::SolverKind::sgd:
      return 100;
    case problem::SolverKind::gradient_descent:
      return 10000;
    default:
      return 1000;
  }
}

// What is no number is no model, and must be neither shown nor kept.
solvers::Solution finite(solvers::Solution solution) {
  if (std::isfinite(solution.objective)) return solution;
  throw core::bad_input({.what = "the objective is no finite number where training began",
                         .where = {},
                         .why = "margins or penalties there are too large for doubles",
                         .remedy = "Check --start, --prior, --offsets, bounds and the penalty"})
      .as_agreed();
}

solvers::Limits limits_of(const problem::SolverOptions& options, problem::SolverKind kind) {
  return {.tolerance = options.tolerance,
          .max_iterations = options.max_iterations.value_or(default_iterations(kind))};
}

}  // namespace

solvers::Solution solve(const objective::LogisticObjective& objective,
                        const problem::Regularisation& regularisation,
                        const problem::SolverOptions& options, const solvers::Start& start,
                        double screening, solvers::Monitor monitor) {
  const std::span<const double> coefficients = start.coefficients;
  const problem::SolverKind kind = problem::resolve(options.kind, regularisation.needs_proximal);
  const solvers::Limits limits = limits_of(options, kind);
  const auto memory = static_cast<std::size_t>(options.history);
  switch (kind) {
    case problem::SolverKind::newton:
    case problem::SolverKind::lbfgs:
      return solve_smooth(objective, options, start, monitor);
    case problem::SolverKind::gradient_descent:
      return finite(solvers::gradient_descent(objective, coefficients, limits,
                                              {.learning_rate = options.learning_rate}, monitor));
    case problem::SolverKind::sgd: {
      const objective::LogisticBatches batches(objective, options.batch_rows, options.seed);
      solvers::SgdOptions sgd;
      sgd.learning_rate = options.learning_rate.value_or(sgd.learning_rate);
      sgd.decay = options.decay;
      return finite(solvers::sgd(objective, batches, coefficients, limits, sgd, monitor));
    }
    case problem::SolverKind::proximal_newton:
      return finite(solvers::proximal_newton(objective, regularisation.non_smooth, coefficients,
                                             limits, {.screening = screening}, monitor));
    case problem::SolverKind::owlqn:
      return finite(solvers::owlqn(objective, regularisation.non_smooth, coefficients, limits,
                                   {.memory = memory}, monitor));
    case problem::SolverKind::automatic:
      break;
  }
  throw core::internal_failure("unknown solver");
}

solvers::Solution solve_smooth(const solvers::Objective& objective,
                               const problem::SolverOptions& options, const solvers::Start& start,
                               solvers::Monitor monitor) {
  const problem::SolverKind kind = problem::resolve(options.kind, false);
  const solvers::Limits limits = limits_of(options, kind);
  if (kind == problem::SolverKind::newton)
    return finite(solvers::newton(objective, start, limits, monitor));
  if (kind != problem::SolverKind::lbfgs)
    throw core::internal_failure(to_string(kind) + " is too special");
  const auto memory = static_cast<std::size_t>(options.history);
  return finite(solvers::lbfgs(objective, start.coefficients, limits, {.memory = memory}, monitor));
}

void centre_classes(const objective::LogisticObjective& objective,
                    const problem::Regularisation& regularisation, std::span<double> coefficients) {
  const auto common = objective.common_curvature();
  const std::size_t columns = objective.classes();
  const solvers::NonSmooth& part = regularisation.non_smooth;
  for (std::size_t j = 0; j < common.size(); ++j) {
    const std::size_t first = j * columns;
    const bool bounded = std::isfinite(part.lower[first]) || std::isfinite(part.upper[first]);
    if (common[j] > 0.0 || part.l1[first] > 0.0 || bounded) continue;
    double mean = 0.0;
    for (const double w : coefficients.subspan(first, columns)) mean += w;
    mean /= static_cast<double>(columns);
    for (double& w : coefficients.subspan(first, columns)) w -= mean;
  }
}

double l1_penalty(const problem::Regularisation& regularisation,
                  std::span<const double> coefficients) {
  const solvers::NonSmooth& part = regularisation.non_smooth;
  double sum = 0.0;
  for (std::size_t v = 0; v < coefficients.size(); ++v) {
    if (std::isfinite(part.l1[v])) sum += part.l1[v] * std::fabs(coefficients[v] - part.centre[v]);
  }
  return sum;
}

}  // namespace mpilogit::fitting
