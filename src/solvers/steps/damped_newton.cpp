#include "solvers/steps/damped_newton.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/algebra/preconditioner.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kFirstNewtonDamping = 1e-3;
constexpr double kLeastNewtonDamping = 1e-11;  // above the rounding of a factorisation
constexpr double kMostNewtonDamping = 1e6;
constexpr double kShortDampedStep = 0.25;

// The point with H + damping · D for its Hessian.
class DampedPoint final : public Point {
 public:
  DampedPoint(const Point& point, std::vector<double> added, std::size_t classes)
      : point_(point), added_(std::move(added)), classes_(classes) {}

  std::span<const double> coefficients() const override { return point_.coefficients(); }
  double value() const override { return point_.value(); }
  std::span<const double> gradient() const override { return point_.gradient(); }

  void hessian_vector(std::span<const double> direction, std::span<double> product) const override {
    point_.hessian_vector(direction, product);
    for (std::size_t j = 0; j < product.size(); ++j) product[j] += added_[j] * direction[j];
  }

  void hessian_diagonal(std::span<double> diagonal) const override {
    point_.hessian_diagonal(diagonal);
    for (std::size_t j = 0; j < diagonal.size(); ++j) diagonal[j] += added_[j];
  }

  SymmetricMatrix hessian_matrix() const override {
    SymmetricMatrix matrix = point_.hessian_matrix();
    for (std::size_t j = 0; j < matrix.dimension; ++j) matrix(j, j) += added_[j];
    return matrix;
  }

  std::vector<SymmetricMatrix> hessian_blocks() const override {
    std::vector<SymmetricMatrix> blocks = point_.hessian_blocks();
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      for (std::size_t j = 0; j < blocks[k].dimension; ++j) {
        blocks[k](j, j) += added_[j * classes_ + k];
      }
    }
    return blocks;
  }

  SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override {
    SymmetricMatrix matrix = point_.hessian_matrix(variables);
    for (std::size_t i = 0; i < variables.size(); ++i) matrix(i, i) += added_[variables[i]];
    return matrix;
  }

 private:
  const Point& point_;
  std::vector<double> added_;
  std::size_t classes_;
};

std::vector<double> damping_of(const Objective& objective, const Point& point, double damping) {
  const auto largest = objective.largest_curvature();
  std::vector<double> added(largest.begin(), largest.end());
  if (added.empty()) {
    added.resize(objective.dimension());
    point.hessian_diagonal(added);
  }
  for (double& entry : added) entry = damping * (entry > 0.0 ? entry : 1.0);
  return added;
}

}  // namespace

std::vector<double> damped_direction(const Objective& objective, const Point& point,
                                     double damping) {
  constexpr double kDampedForcing = 0.1;
  const DampedPoint damped(point, damping_of(objective, point, damping), objective.classes());
  const HessianMatrixKind kind = objective.hessian_matrix_kind();
  const auto preconditioner = preconditioner_for(kind, damped, {objective.classes(), {}});
  const bool matrix = kind == HessianMatrixKind::exact || kind == HessianMatrixKind::sampled;
  if (!matrix) return conjugate_gradient(damped, *preconditioner, {kDampedForcing}).direction;
  std::vector<double> direction(objective.dimension());
  preconditioner->apply(point.gradient(), direction);
  for (double& component : direction) component = -component;
  return direction;
}

bool Damping::raise() {
  if (value_ >= kMostNewtonDamping) return false;
  value_ = on() ? std::min(100.0 * value_, kMostNewtonDamping) : kFirstNewtonDamping;
  return true;
}

void Damping::adapt(double step_length, bool needed) {
  if (step_length <= kShortDampedStep) {
    value_ = std::min(10.0 * value_, kMostNewtonDamping);
  } else if (!needed) {
    value_ = 0.0;
  } else if (step_length >= 1.0) {
    value_ = std::max(0.1 * value_, kLeastNewtonDamping);
  }
}

}  // namespace mpilogit::solvers
