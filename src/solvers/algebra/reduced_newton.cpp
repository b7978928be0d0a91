#include "solvers/algebra/reduced_newton.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "solvers/algebra/nearly_singular.hpp"
#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/cholesky.hpp"
#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

namespace {

// The point as its free variables see it: everything else has gradient 0 and does not move. The
// Hessian is H + damping · diag H. Cost: one pass.
class FreePoint final : public Point {
 public:
  FreePoint(const CompositePoint& point, const std::vector<bool>& free, double damping)
      : point_(point),
        free_(free),
        gradient_(point.subgradient),
        diagonal_(gradient_.size()),
        damping_(damping) {
    point_.smooth->hessian_diagonal(diagonal_);
    for (double& entry : diagonal_) {
      if (!(entry > 0.0) || !std::isfinite(entry)) entry = 1.0;
    }
    mask(gradient_);
    mask(diagonal_);
  }

  std::span<const double> coefficients() const override { return point_.smooth->coefficients(); }
  double value() const override { return point_.value; }
  std::span<const double> gradient() const override { return gradient_; }

  void hessian_vector(std::span<const double> direction, std::span<double> product) const override {
    point_.smooth->hessian_vector(direction, product);
    for (std::size_t j = 0; j < product.size(); ++j) {
      product[j] += damping_ * diagonal_[j] * direction[j];
    }
    mask(product);
  }

  void hessian_diagonal(std::span<double> diagonal) const override {
    std::copy(diagonal_.begin(), diagonal_.end(), diagonal.begin());
  }

  SymmetricMatrix hessian_matrix() const override { return point_.smooth->hessian_matrix(); }
  std::vector<SymmetricMatrix> hessian_blocks() const override {
    return point_.smooth->hessian_blocks();
  }
  SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override {
    return point_.smooth->hessian_matrix(variables);
  }

 private:
  void mask(std::span<double> vector) const {
    for (std::size_t j = 0; j < vector.size(); ++j) {
      if (!free_[j]) vector[j] = 0.0;
    }
  }

  const CompositePoint& point_;
  const std::vector<bool>& free_;
  std::vector<double> gradient_;
  std::vector<double> diagonal_;
  double damping_;
};

}  // namespace

std::vector<bool> free_variables(const L1AndBounds& l1_and_bounds, const CompositePoint& point) {
  const auto w = point.smooth->coefficients();
  std::vector<bool> free(w.size());
  for (std::size_t j = 0; j < w.size(); ++j) {
    const Kink kink = kink_of(l1_and_bounds, j);
    free[j] = !kink.fixed() && (!kink.active(w[j]) || point.subgradient[j] != 0.0);
  }
  return free;
}

NewtonModel reduced_newton(const CompositePoint& point, const std::vector<bool>& free,
                           double damping, const ForcingTerm& forcing, double smallest_ritz) {
  const FreePoint reduced(point, free, damping);
  return conjugate_gradient(reduced, *diagonal_preconditioner(reduced), forcing, smallest_ritz);
}

FreeNewton newton_over_free(const Objective& objective, const L1AndBounds& l1_and_bounds,
                            const CompositePoint& composite) {
  const Point& point = *composite.smooth;
  FreeNewton result;
  std::vector<std::size_t>& variables = result.variables;
  std::vector<double> slopes;
  const auto free = free_variables(l1_and_bounds, composite);
  for (std::size_t j = 0; j < free.size(); ++j) {
    if (!free[j]) continue;
    variables.push_back(j);
    slopes.push_back(composite.subgradient[j]);
  }
  if (variables.empty()) return result;
  const auto own = [&](std::span<const double> all) {
    std::vector<double> part;
    for (const std::size_t j : variables) {
      if (!all.empty()) part.push_back(all[j]);
    }
    return part;
  };
  const std::vector<double> largest = own(objective.largest_curvature());
  const std::vector<double> rounding = own(gradient_rounding(objective, point.value()));
  SymmetricMatrix matrix = point.hessian_matrix(variables);
  take_out_vanished(matrix, largest, 0, 1);
  const auto intercepts = std::lower_bound(variables.begin(), variables.end(),
                                           objective.dimension() - objective.classes());
  const Cholesky factor(matrix, static_cast<std::size_t>(intercepts - variables.begin()));
  NewtonModel& model = result.model;
  model.direction.resize(slopes.size());
  factor.solve(slopes, model.direction);
  for (double& component : model.direction) component = -component;
  model.decrease = -0.5 * dot(slopes, model.direction);
  model.left_out = factor.left_out(slopes, {largest, rounding});
  if (model.left_out > 0.0) {
    KnownAliases none;
    complete(objective, point, variables, factor, slopes, {largest, rounding}, none, model);
  }
  return result;
}

}  // namespace mpilogit::solvers
