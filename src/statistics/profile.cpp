#include "statistics/profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "solvers/held_variable.hpp"
#include "solvers/newton.hpp"

namespace mpilogit::statistics {

namespace {

constexpr int kMostFits = 60;
constexpr double kAccuracy = 1e-9;    // of the root, relatively
constexpr double kLongestLeap = 4.0;  // times the distance from the optimum
constexpr double kFarthest = 1e9;     // steps

// One side of the profile: r(c) = √(2 S (F(c) − F̂)), the signed root but for its sign, which is
// nearly a straight line of slope 1 / standard error.
class Side {
 public:
  Side(const solvers::Objective& objective, double total_weight,
       std::span<const double> coefficients, std::size_t variable)
      : objective_(objective),
        total_weight_(total_weight),
        held_(objective, variable),
        variable_(variable),
        optimum_(coefficients[variable]),
        best_(objective.evaluate(coefficients)->value()),
        coefficients_(coefficients.begin(), coefficients.end()) {}

  /// Where r reaches `root`, or infinity, on the side of `direction` (±1).
  double cross(double direction, double root, double step);

 private:
  struct Height {
    double root;   // r
    double slope;  // |dr/dc|
  };

  Height at(double value);

  const solvers::Objective& objective_;
  double total_weight_;
  const solvers::HeldVariable held_;
  std::size_t variable_;
  double optimum_;
  double best_;
  std::vector<double> coefficients_;  // of the last fit: where the next one starts
};

// dr/dc = S F′(c) / r, and F′(c) is the gradient's component at the constrained optimum.
Side::Height Side::at(double value) {
  coefficients_[variable_] = value;
  const solvers::Limits limits{.tolerance = std::max(1e-15, 1e-9 / (total_weight_ * best_)),
                               .max_iterations = 100};
  const auto solution = solvers::newton(held_, {coefficients_, HUGE_VAL, {}}, limits,
                                        [](const solvers::Progress&) { return true; });
  coefficients_ = solution.coefficients;
  const auto point = objective_.evaluate(coefficients_);
  const double rise = std::max(0.0, 2.0 * total_weight_ * (point->value() - best_));
  const double root = std::sqrt(rise);
  const double slope =
      root > 0.0 ? total_weight_ * std::fabs(point->gradient()[variable_]) / root : 0.0;
  return {root, slope};
}

// Newton's method on r within a bracket that doubles until r is above the root.
double Side::cross(double direction, double root, double step) {
  double inside = 0.0;  // distances from the optimum
  double outside = std::numeric_limits<double>::infinity();
  double distance = root * step;
  for (int fits = 0; fits < kMostFits && distance < kFarthest * step; ++fits) {
    const Height height = at(optimum_ + direction * distance);
    if (std::fabs(height.root - root) <= kAccuracy * root) break;
    (height.root < root ? inside : outside) = distance;
    double next = distance + (root - height.root) / height.slope;
    if (!(height.slope > 0.0)) next = std::numeric_limits<double>::infinity();
    next = std::min(next, kLongestLeap * distance);
    if (next <= inside || next >= outside) next = 0.5 * (inside + outside);
    if (next == distance) break;
    distance = next;
  }
  if (std::isinf(outside) && distance >= kFarthest * step) return direction * outside;
  return optimum_ + direction * distance;
}

}  // namespace

Interval profile_interval(const solvers::Objective& objective, double total_weight,
                          std::span<const double> coefficients, std::size_t variable, double step,
                          double quantile) {
  const double root = std::sqrt(quantile);
  return {Side(objective, total_weight, coefficients, variable).cross(-1.0, root, step),
          Side(objective, total_weight, coefficients, variable).cross(1.0, root, step)};
}

}  // namespace mpilogit::statistics
