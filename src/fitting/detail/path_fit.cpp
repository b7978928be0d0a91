#include "fitting/detail/path_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "fitting/detail/solve.hpp"
#include "kernels/elementary.hpp"

namespace mpilogit::fitting {

namespace {

// An optimum at zero comes with the gradient's rounding and the null model's tolerance.
constexpr double kAboveRounding = 1.0 + 1e-9;

// A path without an L1 part starts where one of a thousandth would have its first coefficient.
constexpr double kLeastRatio = 1e-3;

}  // namespace

std::vector<double> geometric_sequence(double largest, double ratio, std::size_t count) {
  std::vector<double> sequence = {largest};
  const double decay = -kernels::log_of(ratio);  // > 0
  for (std::size_t i = 1; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    sequence.push_back(largest * kernels::exp_of_minus(decay * share));
  }
  return sequence;
}

std::vector<double> lambdas(const LambdaGrid& grid, double largest, std::int64_t rows,
                            std::size_t features) {
  const bool wide = static_cast<std::int64_t>(features) > rows;
  return geometric_sequence(largest, grid.smallest_ratio.value_or(wide ? 1e-2 : 1e-4), grid.count);
}

PathFit::PathFit(const objective::Passes& passes, objective::Targets targets,
                 const problem::PenaltyFactory& penalties, const problem::SolverOptions& options,
                 solvers::StateKeeper* keeper)
    : penalties_(penalties),
      options_(options),
      keeper_(keeper),
      scales_(penalties.scales(targets)),
      penalty_(penalties.at({0.0, 0.0}, scales_)),
      objective_(passes, std::move(targets), penalty_.ridge) {
  solution_.coefficients = objective_.start_at_shares();
}

void PathFit::visit(core::Archive& archive) {
  solution_.visit(archive, objective_.dimension());
  archive(last_lambda_);
  archive(null_loss_);
  archive(steepest_);
  objective_.visit_passes(archive);
}

solvers::Solution PathFit::minimise(double screening) {
  objective_.change_penalty(penalty_.ridge);
  const auto report_nothing = [](const solvers::Progress&) { return true; };
  solvers::Solution solution = solve(objective_, penalty_, options_, {solution_.coefficients},
                                     screening, {report_nothing, keeper_});
  centre_classes(objective_, penalty_, solution.coefficients);
  return solution;
}

void PathFit::fit_null() {
  const std::size_t columns = objective_.classes();
  penalty_ = penalties_.at({0.0, 0.0}, scales_);
  solvers::L1AndBounds& part = penalty_.l1_and_bounds;
  for (std::size_t v = 0; v + columns < part.l1.size(); ++v) {
    if (scales_.l1[v / columns] == 0.0) continue;
    part.l1[v] = std::numeric_limits<double>::infinity();
    part.centre[v] = std::clamp(part.centre[v], part.lower[v], part.upper[v]);
  }
  problem::SolverOptions options = options_;
  options.name = "proximal-newton";
  std::swap(options, options_);
  penalty_.needs_proximal = true;
  solution_ = minimise(1.0);
  std::swap(options, options_);
  null_loss_ = solution_.objective;

  // |∂F/∂w| over the L1 scale, where the bounds let w move that way.
  const auto point = objective_.evaluate(solution_.coefficients);
  const auto gradient = point->gradient();
  steepest_ = 0.0;
  for (std::size_t v = 0; v + columns < part.l1.size(); ++v) {
    const std::size_t j = v / columns;
    if (scales_.excluded[j] != 0 || scales_.l1[j] == 0.0) continue;
    const bool moves =
        gradient[v] > 0.0 ? part.lower[v] < part.centre[v] : part.upper[v] > part.centre[v];
    if (moves) steepest_ = std::max(steepest_, std::fabs(gradient[v]) / scales_.l1[j]);
  }
  if (!(steepest_ > 0.0)) {
    throw core::agreed_bad_input({.what = "no penalised coefficient can leave 0",
                                  .why = "every column is constant, excluded, bounded or free",
                                  .remedy = "Check --penalty-factors, --lower and --upper"});
  }
}

double PathFit::largest_lambda(double l1_ratio) const {
  return steepest_ / std::max(l1_ratio, kLeastRatio) * kAboveRounding;
}

// The strong rule (Tibshirani et al. 2012): a coefficient that is 0 at λ' and whose gradient is
// below 2λ − λ' (times its scale) is most likely 0 at λ too. The solver checks.
const solvers::Solution& PathFit::step(double lambda, double l1_ratio) {
  penalty_ = penalties_.at(strength_at(lambda, l1_ratio), scales_);
  const double screening = last_lambda_ > lambda ? std::max(0.0, 2.0 - last_lambda_ / lambda) : 1.0;
  solution_ = minimise(screening);
  last_lambda_ = lambda;
  return solution_;
}

double PathFit::log_loss() const {
  return solution_.objective - objective_.penalty(solution_.coefficients) -
         l1_penalty(penalty_, solution_.coefficients);
}

std::int64_t PathFit::nonzeros() const {
  const auto last = solution_.coefficients.end() - static_cast<std::ptrdiff_t>(columns());
  return std::count_if(solution_.coefficients.begin(), last, [](double w) { return w != 0.0; });
}

}  // namespace mpilogit::fitting
