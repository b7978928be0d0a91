#include "solvers/composite_search.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "mpilogit/core/function_ref.hpp"

#include "solvers/vector_algebra.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kSufficientCompositeDecrease = 1e-4;
constexpr int kMostCompositeShortenings = 60;

// w + t (target − w), in the box in spite of rounding.
std::vector<double> on_segment(const NonSmooth& non_smooth, std::span<const double> from,
                               std::span<const double> target, double t) {
  std::vector<double> w(from.begin(), from.end());
  for (std::size_t j = 0; j < w.size(); ++j) {
    if (target[j] != w[j]) w[j] = kink_of(non_smooth, j).into_box(w[j] + t * (target[j] - w[j]));
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

}  // namespace

CompositeStep composite_search(const Objective& objective, const NonSmooth& non_smooth,
                               const CompositePoint& from, std::span<const double> target,
                               double slope) {
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

  auto whole = evaluate_composite(objective, non_smooth, target);
  if (is_finite(whole) && accepts(whole.value, 1.0)) return accepted(std::move(whole), 1.0);
  const double t = shortened(
      *objective.between(*from.smooth, *whole.smooth),
      [&](double part) {
        return penalty_at(non_smooth, on_segment(non_smooth, start, target, part));
      },
      accepts);
  if (t == 0.0) return {};
  auto point = evaluate_composite(objective, non_smooth, on_segment(non_smooth, start, target, t));
  if (is_finite(point) && accepts(point.value, t)) return accepted(std::move(point), t);
  return {};
}

}  // namespace mpilogit::solvers
