#include "solvers/solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/gap/gap.hpp"
#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::tolerance_reached:
      return "tolerance reached";
    case StopReason::precision_reached:
      return "precision reached";
    case StopReason::iteration_limit:
      return "iteration limit";
    case StopReason::no_progress:
      return "no progress";
    case StopReason::asked_to_stop:
      return "asked to stop";
  }
  return "unknown";
}

void Solution::visit(core::Archive& archive, std::size_t dimension) {
  archive.exactly(coefficients, dimension, true);
  archive(objective);
  archive(gradient_norm);
  archive(estimated_gap);
  archive(gap_bound);
  archive(iterations);
  archive(stop_reason);
}

bool converged(StopReason reason) {
  return reason == StopReason::tolerance_reached || reason == StopReason::precision_reached;
}

double relative_gap(double gap, double objective) {
  return gap == 0.0 ? 0.0 : gap / std::abs(objective);
}

Progress progress_at(const Objective& objective, const Point& point, std::int64_t iteration,
                     double estimated_gap, double step_length) {
  return {iteration,   point.value(),          estimated_gap, largest_magnitude(point.gradient()),
          step_length, objective.data_passes()};
}

void visit_point(core::Archive& archive, const Objective& objective,
                 std::unique_ptr<Point>& point) {
  std::vector<double> coefficients;
  if (point) coefficients.assign(point->coefficients().begin(), point->coefficients().end());
  archive.exactly(coefficients, objective.dimension());
  if (archive.reading()) point = objective.evaluate(coefficients);
}

// A row's residual is no more than its loss, so that Σ_i s_i |r_i x_ij| / S ≤ F max|x_ij|, of which
// a sum in doubles loses a few ε; and its exact part 2⁻⁶¹ of max|x_ij| per block.
std::vector<double> gradient_rounding(const Objective& objective, double value) {
  constexpr double kOfSum = 4.0 * std::numeric_limits<double>::epsilon();
  constexpr double kOfUnits = 0x1p-58;
  std::vector<double> rounding;
  for (const double largest : objective.penalty_shape().largest) {
    rounding.insert(rounding.end(), objective.classes(),
                    (kOfSum * std::abs(value) + kOfUnits) * largest);
  }
  return rounding;
}

StopReason at_rounding_level(double estimated_gap, double tolerance) {
  constexpr double kRoundingOfF = 16.0 * std::numeric_limits<double>::epsilon();
  return estimated_gap <= std::max(tolerance, kRoundingOfF) ? StopReason::precision_reached
                                                            : StopReason::no_progress;
}

Solution solution_at(const Objective& objective, const Point& point, std::int64_t iterations,
                     double estimated_gap, StopReason reason) {
  const auto coefficients = point.coefficients();
  std::optional<double> bound;
  if (converged(reason)) bound = gap_bound(objective, point, unrestricted(coefficients.size()));
  if (bound) bound = relative_gap(*bound, point.value());
  return {{coefficients.begin(), coefficients.end()},
          point.value(),
          largest_magnitude(point.gradient()),
          estimated_gap,
          bound,
          iterations,
          reason};
}

}  // namespace mpilogit::solvers
