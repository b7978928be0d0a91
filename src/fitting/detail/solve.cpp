#include "fitting/detail/solve.hpp"

#include <cmath>
#include <cstddef>
#include <string>

#include "core/error.hpp"
#include "problem/solver_registry.hpp"

namespace mpilogit::fitting {

namespace {

solvers::Limits limits_of(const problem::SolverOptions& options,
                          const problem::SolverEntry& solver) {
  return {.tolerance = options.tolerance,
          .max_iterations = options.max_iterations.value_or(solver.iterations)};
}

}  // namespace

solvers::Solution finite(solvers::Solution solution) {
  if (std::isfinite(solution.objective)) return solution;
  throw core::agreed_bad_input(
      {.what = "the objective is no finite number where training began",
       .why = "margins or penalties there are too large for doubles",
       .remedy = "Check --start, --prior, --offsets, bounds and the penalty"});
}

solvers::Solution solve(const objective::LogisticObjective& objective,
                        const problem::Penalty& penalty, const problem::SolverOptions& options,
                        const solvers::Start& start, double screening, solvers::Monitor monitor) {
  const auto& solver = problem::find_solver(options.name, penalty.needs_proximal);
  return finite(solver.run({objective, &objective, &penalty.l1_and_bounds, options, start,
                            limits_of(options, solver), screening, monitor}));
}

solvers::Solution solve_smooth(const solvers::Objective& objective,
                               const problem::SolverOptions& options, const solvers::Start& start,
                               solvers::Monitor monitor) {
  const auto& solver = problem::find_solver(options.name, false);
  if (!solver.any_objective)
    throw core::internal_failure(std::string(solver.name) + " is too special");
  return solver.run(
      {objective, nullptr, nullptr, options, start, limits_of(options, solver), 1.0, monitor});
}

void centre_classes(const objective::LogisticObjective& objective, const problem::Penalty& penalty,
                    std::span<double> coefficients) {
  const auto common = objective.common_curvature();
  const std::size_t columns = objective.classes();
  const solvers::L1AndBounds& part = penalty.l1_and_bounds;
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

double l1_penalty(const problem::Penalty& penalty, std::span<const double> coefficients) {
  const solvers::L1AndBounds& part = penalty.l1_and_bounds;
  double sum = 0.0;
  for (std::size_t v = 0; v < coefficients.size(); ++v) {
    if (std::isfinite(part.l1[v])) sum += part.l1[v] * std::fabs(coefficients[v] - part.centre[v]);
  }
  return sum;
}

}  // namespace mpilogit::fitting
