#include "solvers/gap/gap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "solvers/gap/progress.hpp"
#include "solvers/steps/composite_point.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

// What is known of one variable's part of the lower bound.
struct OneVariable {
  Kink kink;
  double w;
  double slope;   // |g_j| may be this much …
  double change;  // … or this much more or less
  double l2;

  // Whether a kink alone keeps the minimum from running away.
  bool held_by_kink() const {
    return l2 == 0.0 && !(std::isfinite(kink.lower) && std::isfinite(kink.upper));
  }

  // max_x −(κ s (x − w) + ½ κ λ (x − w)² + l1 (|x − centre| − |w − centre|)) over the box.
  double most_gained(double kappa, double s) const;
  double most_gained(double kappa) const {
    return std::max(most_gained(kappa, slope - change), most_gained(kappa, slope + change));
  }
};

double OneVariable::most_gained(double kappa, double s) const {
  const auto gain = [&](double x) {
    const double u = x - w;
    return -(kappa * (s * u + 0.5 * l2 * u * u) + kink.penalty(x) - kink.penalty(w));
  };
  double most = std::max(gain(w), gain(kink.into_box(kink.centre)));
  if (std::isfinite(kink.lower)) most = std::max(most, gain(kink.lower));
  if (std::isfinite(kink.upper)) most = std::max(most, gain(kink.upper));
  if (l2 > 0.0) {
    for (const double side : {-kink.l1, kink.l1}) {
      most = std::max(most, gain(kink.into_box(w - (kappa * s + side) / (kappa * l2))));
    }
  } else if (held_by_kink() && kappa * std::abs(s) > kink.l1 * (1.0 + 1e-15)) {
    return kUnbounded;
  }
  return most;
}

// h, and what solving for the intercept does; all 0 where its slope is 0.
struct Intercept {
  double gained = 0.0;
  double reach = 0.0;  // T e^T h
};

std::optional<Intercept> solve_out(double slope, double h) {
  if (slope == 0.0) return Intercept{};
  const double a = std::abs(slope) / h;
  if (!(a < 0.5)) return std::nullopt;
  const double log_rest = std::log1p(-a);
  return Intercept{std::max(0.0, h * (a + (1.0 - a) * log_rest)), -log_rest / (1.0 - a) * h};
}

double curvature_of_intercept(const Point& point) {
  std::vector<double> diagonal(point.gradient().size());
  point.rough_hessian_diagonal(diagonal);
  return diagonal.back();
}

bool has_hold(const Kink& kink, double l2) {
  return l2 > 0.0 || kink.l1 > 0.0 || (std::isfinite(kink.lower) && std::isfinite(kink.upper));
}

// The smallest κ that all variables need which only a kink holds; 1 if none needs one.
double scale_of(const std::vector<OneVariable>& variables) {
  double kappa = 1.0;
  for (const OneVariable& one : variables) {
    if (!one.held_by_kink()) continue;
    const double slope = std::abs(one.slope) + one.change;
    if (slope > one.kink.l1) kappa = std::min(kappa, one.kink.l1 / slope);
  }
  return kappa;
}

}  // namespace

std::optional<double> gap_bound(const Objective& objective, const Point& point,
                                const L1AndBounds& l1_and_bounds) {
  const PenaltyShape shape = objective.penalty_shape();
  const auto largest = objective.largest_curvature();
  if (shape.l2.empty() || objective.classes() != 1) return std::nullopt;
  const auto gradient = point.gradient();
  const auto w = point.coefficients();
  const std::size_t features = gradient.size() - 1;
  std::vector<OneVariable> variables;
  for (std::size_t j = 0; j < features; ++j) {
    const Kink kink = kink_of(l1_and_bounds, j);
    if (kink.fixed() || largest[j] == 0.0) continue;
    if (!has_hold(kink, shape.l2[j])) return std::nullopt;
    variables.push_back({kink, w[j], gradient[j], shape.largest[j], shape.l2[j]});
  }
  const Kink of_intercept = kink_of(l1_and_bounds, features);
  if (!of_intercept.smooth() && !of_intercept.fixed()) return std::nullopt;
  Intercept intercept;
  if (!of_intercept.fixed()) {
    const auto solved = solve_out(gradient[features], curvature_of_intercept(point));
    if (!solved) return std::nullopt;
    intercept = *solved;
  }
  for (OneVariable& one : variables) one.change *= intercept.reach;
  const double kappa = scale_of(variables);
  double bound = intercept.gained + (1.0 - kappa) * point.value();
  for (const OneVariable& one : variables) bound += one.most_gained(kappa);
  return std::isfinite(bound) ? std::optional(bound) : std::nullopt;
}

namespace {

constexpr double kContradiction = 100.0;

}  // namespace

GapEstimate::Figure GapEstimate::at(const Point& point, double cheap) {
  const double estimate = relative_gap(ratio_ * cheap, point.value());
  const std::int64_t passes = objective_.data_passes();
  const bool due = passes >= at_latest_ || (estimate <= tolerance_ && passes >= not_before_);
  if (!due) return {estimate, false};
  const double figure = computed(point, cheap);
  const bool claimed = estimate <= tolerance_;
  return {figure, figure <= tolerance_, claimed && figure > kContradiction * tolerance_};
}

void GapEstimate::visit(core::Archive& archive) {
  archive(ratio_);
  archive(not_before_);
  archive(at_latest_);
  newton_.visit(archive, objective_);
}

double GapEstimate::computed(const Point& point, double cheap) {
  constexpr double kForcing = 0.1;
  const std::int64_t before = objective_.data_passes();
  const double decrease =
      whole_decrease(newton_.at(point, {kForcing, 0.0, tolerance_ * std::abs(point.value())}),
                     tolerance_, point.value());
  const std::int64_t after = objective_.data_passes();
  not_before_ = after + (after - before);
  at_latest_ = 4 * after;
  if (cheap > 0.0 && decrease > 0.0 && std::isfinite(decrease)) ratio_ = decrease / cheap;
  return relative_gap(decrease, point.value());
}

}  // namespace mpilogit::solvers
