#include "solvers/gradient_descent.hpp"

#include <utility>
#include <vector>

#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/steps/descent.hpp"

namespace mpilogit::solvers {

namespace {

class FixedRate final : public DescentMethod {
 public:
  FixedRate(const Objective& objective, double rate) : objective_(objective), rate_(rate) {}

  Direction direction(const Point& point) override {
    Direction result{{point.gradient().begin(), point.gradient().end()}, 0.0};
    for (double& component : result.step) component = -component;
    result.decrease = 0.5 * rate_ * dot(point.gradient(), point.gradient());
    return result;
  }

  // A rate that makes F rise is too large: failed.
  Step step(const Point& from, std::span<const double> direction) override {
    auto point = evaluate_along(objective_, from, direction, rate_);
    if (!is_finite(*point)) return {};
    const bool flat = equal_up_to_rounding(from.value(), point->value());
    if (!flat && point->value() > from.value()) return {};
    return {flat ? StepOutcome::flat : StepOutcome::improved, std::move(point), rate_};
  }

  void update(const Point&, const Step&) override {}
  bool reset() override { return false; }
  void visit(core::Archive&) override {}

 private:
  const Objective& objective_;
  double rate_;
};

// Each line search starts at the length that would have been best for the step before: where its
// slope, taken as linear, is 0 (Cauchy's step one step late, Barzilai and Borwein 1988).
class SearchedRate final : public DescentMethod {
 public:
  explicit SearchedRate(const Objective& objective) : objective_(objective) {}

  Direction direction(const Point& point) override {
    if (rate_ == 0.0) rate_ = first_rate_ = cauchy_step(point);
    Direction result{{point.gradient().begin(), point.gradient().end()}, 0.0};
    for (double& component : result.step) component = -component;
    result.decrease = 0.5 * first_rate_ * dot(point.gradient(), point.gradient());
    return result;
  }

  Step step(const Point& from, std::span<const double> direction) override {
    return line_search(objective_, from, direction, rate_);
  }

  void update(const Point& from, const Step& step) override {
    const double slope = dot(from.gradient(), from.gradient());
    const double bend = slope - dot(from.gradient(), step.point->gradient());
    rate_ = bend > 0.0 ? step.length * (slope / bend) : 2.0 * step.length;
  }

  bool reset() override { return false; }

  void visit(core::Archive& archive) override {
    archive(rate_);
    archive(first_rate_);
  }

 private:
  // t = gᵀg / gᵀH g. Cost: one pass.
  static double cauchy_step(const Point& point) {
    const auto gradient = point.gradient();
    std::vector<double> product(gradient.size());
    point.hessian_vector(gradient, product);
    const double curvature = dot(gradient, product);
    const double square = dot(gradient, gradient);
    return curvature > 0.0 && square > 0.0 ? square / curvature : 1.0;
  }

  const Objective& objective_;
  double rate_ = 0.0;
  double first_rate_ = 0.0;  // the measure of the promised decrease
};

}  // namespace

Solution gradient_descent(const Objective& objective, std::span<const double> start,
                          const Limits& limits, const GradientDescentOptions& options,
                          Monitor monitor) {
  if (options.learning_rate) {
    FixedRate method(objective, *options.learning_rate);
    return descend(objective, start, limits, monitor, method);
  }
  SearchedRate method(objective);
  return descend(objective, start, limits, monitor, method);
}

}  // namespace mpilogit::solvers
