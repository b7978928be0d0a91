#include "solvers/non_smooth_problems.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/owlqn.hpp"
#include "solvers/proximal_newton.hpp"

namespace mpilogit::solvers::testing {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double nested_minimum(const std::function<double(const Vector&)>& function, Vector& fixed,
                      std::size_t n, double radius) {
  if (fixed.size() == n) return function(fixed);
  const auto at = [&](double x) {
    fixed.push_back(x);
    const double value = nested_minimum(function, fixed, n, radius);
    fixed.pop_back();
    return value;
  };
  double low = -radius;
  double high = radius;
  for (int count = 0; count < 40; ++count) {
    const double left = low + 0.4 * (high - low);
    const double right = high - 0.4 * (high - low);
    if (at(left) < at(right)) {
      high = right;
    } else {
      low = left;
    }
  }
  return std::min({at(low), at(high), at(0.0)});
}

}  // namespace

L1AndBounds nothing(std::size_t dimension) {
  return {Vector(dimension, 0.0), Vector(dimension, 0.0), Vector(dimension, -kInfinity),
          Vector(dimension, kInfinity)};
}

L1AndBounds lasso(std::size_t dimension, double l1, std::size_t intercepts) {
  L1AndBounds result = nothing(dimension);
  for (std::size_t j = 0; j + intercepts < dimension; ++j) result.l1[j] = l1;
  return result;
}

double composite_value(const Function& function, const L1AndBounds& l1_and_bounds,
                       const Vector& w) {
  double value = function.value(w);
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] != l1_and_bounds.centre[j]) {
      value += l1_and_bounds.l1[j] * std::abs(w[j] - l1_and_bounds.centre[j]);
    }
  }
  return value;
}

double steepest_fall(const Function& function, const L1AndBounds& l1_and_bounds, const Vector& w) {
  const Vector gradient = function.gradient(w);
  double steepest = 0.0;
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (w[j] < l1_and_bounds.lower[j] || w[j] > l1_and_bounds.upper[j]) return kInfinity;
    const double l1 = l1_and_bounds.l1[j];
    const double up = gradient[j] + (w[j] >= l1_and_bounds.centre[j] ? l1 : -l1);
    const double down = -gradient[j] + (w[j] <= l1_and_bounds.centre[j] ? l1 : -l1);
    if (w[j] < l1_and_bounds.upper[j]) steepest = std::max(steepest, -up);
    if (w[j] > l1_and_bounds.lower[j]) steepest = std::max(steepest, -down);
  }
  return steepest;
}

double brute_force_minimum(const std::function<double(const Vector&)>& function, std::size_t n,
                           double radius) {
  Vector fixed;
  return nested_minimum(function, fixed, n, radius);
}

Solution solve_non_smooth(const std::string& solver, const Objective& objective,
                          const L1AndBounds& l1_and_bounds, const Vector& start,
                          const Limits& limits, Monitor monitor) {
  if (solver == "owlqn") return owlqn(objective, l1_and_bounds, start, limits, {}, monitor);
  return proximal_newton(objective, l1_and_bounds, start, limits, {}, monitor);
}

Function noisy_regression(std::size_t features, double l2) {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 80; ++i) {
    Vector row;
    for (int j = 1; j <= static_cast<int>(features); ++j) {
      row.push_back(std::sin(i * (0.7 + 0.31 * j) + 0.1 * j * j));
    }
    labels.push_back(row[0] + 2.0 * row[1] + 0.9 * std::cos(3.1 * i) > 0.1 ? 1.0 : 0.0);
    rows.push_back(std::move(row));
  }
  return logistic(rows, labels, l2);
}

}  // namespace mpilogit::solvers::testing
