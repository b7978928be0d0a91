#include "solvers/steps/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "solvers/algebra/vector_algebra.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kSufficientDecrease = 1e-4;
constexpr double kSlopeToAccept = 0.9;
constexpr double kSlopeAtMinimum = 0.1;
constexpr double kShorten = 0.1;
constexpr double kExpand = 4.0;
constexpr double kFarthest = 1e6;
constexpr int kMostShortenings = 40;
constexpr int kMostLineSamples = 60;

// Wolfe's conditions relative to the value and the slope at t = 0.
struct WolfeRule {
  double value;
  double slope;

  // Armijo's condition. Once F cannot tell two points apart its slope still can: then a slope that
  // shrinks is the proof of descent (Hager and Zhang 2005).
  bool decreases(double t, const Line::Sample& sample) const {
    if (equal_up_to_rounding(value, sample.value)) return std::abs(sample.slope) < -slope;
    return sample.value <= value + kSufficientDecrease * t * slope;
  }

  bool accepts(double t, const Line::Sample& sample, double slope_fraction) const {
    return decreases(t, sample) && std::abs(sample.slope) <= slope_fraction * -slope;
  }
};

// Shortens t until F is finite there; empty if it never is. Cost: one pass per trial.
std::unique_ptr<Point> finite_trial(const Objective& objective, const Point& from,
                                    std::span<const double> direction, double& t) {
  for (int trial = 0; trial < kMostShortenings; ++trial, t *= kShorten) {
    auto point = evaluate_along(objective, from, direction, t);
    if (is_finite(*point)) return point;
  }
  return nullptr;
}

// Between low (slope < 0) and high: where the secant of the slopes crosses 0, kept off the ends;
// without a rise at high to go by, the middle, or near low when nothing is known but t = 0.
double inside_bracket(double low, double low_slope, double high, double high_slope) {
  if (!(high_slope > 0.0)) return low == 0.0 ? kShorten * high : 0.5 * (low + high);
  const double fraction = low_slope / (low_slope - high_slope);
  return low + std::clamp(fraction, 0.1, 0.9) * (high - low);
}

// A t near the minimum of φ, given the sample at t = 1. The bracket (low, high) always holds one:
// at low φ has decreased and still falls, at high it rises again or has not decreased.
// Cost: O(rows) per sample, no passes.
double near_minimum(const Line& line, const WolfeRule& rule, Line::Sample sample) {
  double low = 0.0;
  double low_slope = rule.slope;
  double high = std::numeric_limits<double>::infinity();
  double high_slope = 0.0;
  double t = 1.0;
  for (int count = 0; count < kMostLineSamples; ++count) {
    if (rule.accepts(t, sample, kSlopeAtMinimum)) return t;
    if (rule.decreases(t, sample) && sample.slope < 0.0) {
      low = t;
      low_slope = sample.slope;
    } else {
      high = t;
      high_slope = std::isfinite(sample.slope) ? sample.slope : 0.0;
    }
    if (std::isinf(high) && t >= kFarthest) return t;  // falls for ever, as far as we can see
    t = std::isinf(high) ? kExpand * t : inside_bracket(low, low_slope, high, high_slope);
    sample = line.at(t);
  }
  return low > 0.0 ? low : t;
}

Step accepted(const Point& from, std::unique_ptr<Point> point, double length) {
  const bool flat = equal_up_to_rounding(from.value(), point->value());
  return {flat ? StepOutcome::flat : StepOutcome::improved, std::move(point), length};
}

}  // namespace

bool equal_up_to_rounding(double before, double after) {
  constexpr double kRounding = 16.0 * std::numeric_limits<double>::epsilon();
  return std::abs(after - before) <= kRounding * std::abs(before);
}

std::unique_ptr<Point> evaluate_along(const Objective& objective, const Point& from,
                                      std::span<const double> direction, double t) {
  const auto start = from.coefficients();
  std::vector<double> coefficients(start.begin(), start.end());
  add_scaled(t, direction, coefficients);
  return objective.evaluate(coefficients);
}

bool is_finite(const Point& point) {
  return std::isfinite(point.value()) && all_finite(point.gradient());
}

Step line_search(const Objective& objective, const Point& from, std::span<const double> direction,
                 double first_length) {
  const WolfeRule rule{from.value(), dot(from.gradient(), direction)};
  if (rule.slope == 0.0) return {StepOutcome::stuck, nullptr, 0.0};
  if (!(rule.slope < 0.0) || !all_finite(direction)) return {};

  double length = first_length;
  auto trial = finite_trial(objective, from, direction, length);
  if (!trial) return {};
  const Line::Sample at_trial{trial->value(), dot(trial->gradient(), direction)};
  if (rule.accepts(length, at_trial, kSlopeToAccept)) {
    return accepted(from, std::move(trial), length);
  }

  // The line's own t is 1 at the trial.
  const WolfeRule scaled{rule.value, rule.slope * length};
  const double t = near_minimum(*objective.between(from, *trial), scaled,
                                {at_trial.value, at_trial.slope * length});
  auto point = evaluate_along(objective, from, direction, t * length);
  const Line::Sample at_point{point->value(), dot(point->gradient(), direction)};
  if (is_finite(*point) && rule.decreases(t * length, at_point)) {
    return accepted(from, std::move(point), t * length);
  }
  if (rule.decreases(length, at_trial)) return accepted(from, std::move(trial), length);
  const bool rounding = equal_up_to_rounding(rule.value, at_point.value);
  return {rounding ? StepOutcome::stuck : StepOutcome::failed, nullptr, 0.0};
}

}  // namespace mpilogit::solvers
