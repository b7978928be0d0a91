#include "solvers/steps/non_smooth.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/gap/gap_bound.hpp"
#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

namespace {

// A subgradient below this part of what it is the difference of is rounding.
constexpr double kNoise = 1e-14;

}  // namespace

double Kink::penalty(double x) const {
  return l1 > 0.0 && x != centre ? l1 * std::abs(x - centre) : 0.0;
}

double Kink::smallest_subgradient(double x, double g) const {
  if (fixed()) return 0.0;
  double s = g;
  if (x > centre) {
    s = g + l1;
  } else if (x < centre) {
    s = g - l1;
  } else {
    s = g - std::clamp(g, -l1, l1);
  }
  if (x <= lower) s = std::min(s, 0.0);
  if (x >= upper) s = std::max(s, 0.0);
  return std::abs(s) > kNoise * (std::abs(g) + l1) ? s : 0.0;
}

double Kink::first_stop(double from, double to) const {
  const double inside = into_box(to);
  if (!(l1 > 0.0)) return inside;
  const bool crosses = (from < centre && centre < inside) || (inside < centre && centre < from);
  return crosses ? centre : inside;
}

double Kink::into_box(double x) const {
  return l1 < kNoLimit ? std::clamp(x, lower, upper) : centre;
}

Kink kink_of(const NonSmooth& non_smooth, std::size_t variable) {
  return {non_smooth.l1[variable], non_smooth.centre[variable], non_smooth.lower[variable],
          non_smooth.upper[variable]};
}

CompositePoint evaluate_composite(const Objective& objective, const NonSmooth& non_smooth,
                                  std::span<const double> coefficients) {
  CompositePoint point;
  point.smooth = objective.evaluate(coefficients);
  point.penalty = penalty_at(non_smooth, coefficients);
  point.value = point.smooth->value() + point.penalty;
  const auto gradient = point.smooth->gradient();
  point.subgradient.resize(gradient.size());
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    point.subgradient[j] =
        kink_of(non_smooth, j).smallest_subgradient(coefficients[j], gradient[j]);
  }
  return point;
}

void visit_point(core::Archive& archive, const Objective& objective, const NonSmooth& non_smooth,
                 CompositePoint& point) {
  std::vector<double> coefficients;
  if (point.smooth) {
    const auto w = point.smooth->coefficients();
    coefficients.assign(w.begin(), w.end());
  }
  archive.exactly(coefficients, objective.dimension());
  if (archive.reading()) point = evaluate_composite(objective, non_smooth, coefficients);
}

std::vector<double> into_box(const NonSmooth& non_smooth, std::span<const double> start) {
  std::vector<double> inside(start.begin(), start.end());
  for (std::size_t j = 0; j < inside.size(); ++j) {
    inside[j] = kink_of(non_smooth, j).into_box(inside[j]);
  }
  return inside;
}

double penalty_at(const NonSmooth& non_smooth, std::span<const double> coefficients) {
  double sum = 0.0;
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    sum += kink_of(non_smooth, j).penalty(coefficients[j]);
  }
  return sum;
}

bool is_finite(const CompositePoint& point) {
  return std::isfinite(point.value) && all_finite(point.smooth->gradient());
}

Progress progress_at(const Objective& objective, const CompositePoint& point,
                     std::int64_t iteration, double estimated_gap, double step_length) {
  return {iteration,     point.value,
          estimated_gap, largest_magnitude(point.subgradient),
          step_length,   objective.data_passes()};
}

Solution solution_at(const Objective& objective, const NonSmooth& non_smooth,
                     const CompositePoint& point, std::int64_t iterations, double estimated_gap,
                     StopReason reason) {
  const auto coefficients = point.smooth->coefficients();
  std::optional<double> bound;
  if (converged(reason)) bound = gap_bound(objective, *point.smooth, non_smooth);
  if (bound) bound = relative_gap(*bound, point.value);
  return {{coefficients.begin(), coefficients.end()},
          point.value,
          largest_magnitude(point.subgradient),
          estimated_gap,
          bound,
          iterations,
          reason};
}

}  // namespace mpilogit::solvers
