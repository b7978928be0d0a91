#include "solvers/steps/composite_point.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "core/function_ref.hpp"
#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/gap/gap.hpp"
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

Kink kink_of(const L1AndBounds& l1_and_bounds, std::size_t variable) {
  return {l1_and_bounds.l1[variable], l1_and_bounds.centre[variable], l1_and_bounds.lower[variable],
          l1_and_bounds.upper[variable]};
}

CompositePoint evaluate_composite(const Objective& objective, const L1AndBounds& l1_and_bounds,
                                  std::span<const double> coefficients) {
  CompositePoint point;
  point.smooth = objective.evaluate(coefficients);
  point.penalty = penalty_at(l1_and_bounds, coefficients);
  point.value = point.smooth->value() + point.penalty;
  const auto gradient = point.smooth->gradient();
  point.subgradient.resize(gradient.size());
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    point.subgradient[j] =
        kink_of(l1_and_bounds, j).smallest_subgradient(coefficients[j], gradient[j]);
  }
  return point;
}

void visit_point(core::Archive& archive, const Objective& objective,
                 const L1AndBounds& l1_and_bounds, CompositePoint& point) {
  std::vector<double> coefficients;
  if (point.smooth) {
    const auto w = point.smooth->coefficients();
    coefficients.assign(w.begin(), w.end());
  }
  archive.exactly(coefficients, objective.dimension());
  if (archive.reading()) point = evaluate_composite(objective, l1_and_bounds, coefficients);
}

std::vector<double> into_box(const L1AndBounds& l1_and_bounds, std::span<const double> start) {
  std::vector<double> inside(start.begin(), start.end());
  for (std::size_t j = 0; j < inside.size(); ++j) {
    inside[j] = kink_of(l1_and_bounds, j).into_box(inside[j]);
  }
  return inside;
}

double penalty_at(const L1AndBounds& l1_and_bounds, std::span<const double> coefficients) {
  double sum = 0.0;
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    sum += kink_of(l1_and_bounds, j).penalty(coefficients[j]);
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

Solution solution_at(const Objective& objective, const L1AndBounds& l1_and_bounds,
                     const CompositePoint& point, std::int64_t iterations, double estimated_gap,
                     StopReason reason) {
  const auto coefficients = point.smooth->coefficients();
  std::optional<double> bound;
  if (converged(reason)) bound = gap_bound(objective, *point.smooth, l1_and_bounds);
  if (bound) bound = relative_gap(*bound, point.value);
  return {{coefficients.begin(), coefficients.end()},
          point.value,
          largest_magnitude(point.subgradient),
          estimated_gap,
          bound,
          iterations,
          reason};
}

namespace {

constexpr double kSufficientCompositeDecrease = 1e-4;
constexpr int kMostCompositeShortenings = 60;
constexpr int kMostLengthenings = 20;
constexpr double kNearlyStraight = 0.9;

// w + t (target − w), in the box in spite of rounding.
std::vector<double> on_segment(const L1AndBounds& l1_and_bounds, std::span<const double> from,
                               std::span<const double> target, double t) {
  std::vector<double> w(from.begin(), from.end());
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (target[j] != w[j]) w[j] = kink_of(l1_and_bounds, j).into_box(w[j] + t * (target[j] - w[j]));
  }
  return w;
}

// The first of ½, ¼, … that is accepted, or those after it as long as Φ still falls: between kinks
// Φ is nearly a parabola. 0 if none is. Cost: O(rows) per sample, no pass.
double shortened(const Line& line, core::FunctionRef<double(double)> penalty,
                 core::FunctionRef<bool(double, double)> accepts) {
  double best = 0.0;
  double lowest = std::numeric_limits<double>::infinity();
  double t = 0.5;
  for (int count = 0; count < kMostCompositeShortenings; ++count, t *= 0.5) {
    const double value = line.at(t).value + penalty(t);
    const bool good = std::isfinite(value) && accepts(value, t);
    if (best > 0.0 && !(good && value < lowest)) break;
    if (!good) continue;
    best = t;
    lowest = value;
  }
  return best;
}

// The last of 4, 16, … up to which Φ falls: a step that bends so little was far too short (damped,
// far out). Cost: O(rows) per sample, no pass.
double lengthened(const Line& line, core::FunctionRef<double(double)> penalty, double at_one) {
  double best = 1.0;
  double lowest = at_one;
  for (int count = 0; count < kMostLengthenings; ++count) {
    const double value = line.at(4.0 * best).value + penalty(4.0 * best);
    if (!(value < lowest)) break;
    best *= 4.0;
    lowest = value;
  }
  return best;
}

}  // namespace

CompositeStep composite_search(const Objective& objective, const L1AndBounds& l1_and_bounds,
                               const CompositePoint& from, std::span<const double> target,
                               double slope, Reach reach) {
  if (!(slope < 0.0)) return {slope == 0.0 ? StepOutcome::stuck : StepOutcome::failed, {}, 0.0};
  if (!all_finite(target)) return {};
  const auto start = from.smooth->coefficients();
  const auto accepts = [&](double value, double t) {
    return equal_up_to_rounding(from.value, value) ||
           value <= from.value + kSufficientCompositeDecrease * t * slope;
  };
  const auto accepted = [&](CompositePoint point, double t) -> CompositeStep {
    const bool flat = equal_up_to_rounding(from.value, point.value);
    return {flat ? StepOutcome::flat : StepOutcome::improved, std::move(point), t};
  };

  const auto value_of_penalty = [&](double part) {
    return penalty_at(l1_and_bounds, on_segment(l1_and_bounds, start, target, part));
  };

  auto whole = evaluate_composite(objective, l1_and_bounds, target);
  if (is_finite(whole) && accepts(whole.value, 1.0)) {
    const bool falls_on = reach == Reach::beyond &&
                          whole.value <= from.value + kNearlyStraight * slope &&
                          !equal_up_to_rounding(from.value, whole.value);
    if (!falls_on) return accepted(std::move(whole), 1.0);
    const double t =
        lengthened(*objective.between(*from.smooth, *whole.smooth), value_of_penalty, whole.value);
    if (t == 1.0) return accepted(std::move(whole), 1.0);
    auto farther =
        evaluate_composite(objective, l1_and_bounds, on_segment(l1_and_bounds, start, target, t));
    const bool lower = is_finite(farther) && farther.value < whole.value;
    return lower ? accepted(std::move(farther), t) : accepted(std::move(whole), 1.0);
  }
  const double t =
      shortened(*objective.between(*from.smooth, *whole.smooth), value_of_penalty, accepts);
  if (t == 0.0) return {};
  auto point =
      evaluate_composite(objective, l1_and_bounds, on_segment(l1_and_bounds, start, target, t));
  if (is_finite(point) && accepts(point.value, t)) return accepted(std::move(point), t);
  return {};
}

}  // namespace mpilogit::solvers
