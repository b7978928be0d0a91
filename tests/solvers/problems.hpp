#pragma once
// Small dense problems with known minima, as a solver sees them.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "solvers/objective.hpp"

namespace mpilogit::solvers::testing {

using Vector = std::vector<double>;

/// F by its value, gradient and Hessian, each a plain function of w.
struct Function {
  std::size_t dimension = 0;
  std::function<double(std::span<const double>)> value;
  std::function<Vector(std::span<const double>)> gradient;
  std::function<SymmetricMatrix(std::span<const double>)> hessian;
};

/// ½ (w − minimum)ᵀ A (w − minimum) + constant.
Function quadratic(const SymmetricMatrix& matrix, const Vector& minimum, double constant);

SymmetricMatrix diagonal_matrix(const Vector& diagonal);

/// QᵀDQ with D from 1 down to 1/condition in equal ratios, Q two fixed Householder reflections.
SymmetricMatrix ill_conditioned_matrix(std::size_t dimension, double condition);

/// Σ 100 (w_2i+1 − w_2i²)² + (1 − w_2i)², plus 1: not convex, minimum 1 at (1, …, 1).
Function extended_rosenbrock(std::size_t pairs);

/// −Σ log w_j + ½ wᵀw: not finite unless all w_j > 0, minimum dimension/2 at (1, …, 1).
Function barrier(std::size_t dimension);

/// Mean log-loss of rows (x, 1) with labels 0 or 1, plus ½ l2 ‖w‖² without the last coefficient.
Function logistic(std::vector<Vector> rows, Vector labels, double l2);

/// Mean cross-entropy of rows (x, 1) with labels 0 … classes − 1, every class with coefficients of
/// its own, plus ½ l2 ‖w‖² without the intercepts. Variable (j, k) is number j · classes + k.
Function softmax(std::vector<Vector> rows, std::vector<std::size_t> labels, std::size_t classes,
                 double l2);

/// How the variables of a TestObjective are arranged, and how many make an affordable matrix.
struct Shape {
  std::size_t classes = 1;
  Vector common_curvature = {};
  std::size_t affordable = 1000;
};

/// Counts what is asked of it.
class TestObjective final : public Objective {
 public:
  explicit TestObjective(Function function, HessianMatrixKind kind = HessianMatrixKind::exact,
                         Shape shape = {})
      : function_(std::move(function)), kind_(kind), shape_(std::move(shape)) {}

  std::size_t dimension() const override { return function_.dimension; }
  std::unique_ptr<Point> evaluate(std::span<const double> coefficients) const override;
  std::unique_ptr<Line> between(const Point& from, const Point& to) const override;
  HessianMatrixKind hessian_matrix_kind() const override { return kind_; }
  std::size_t classes() const override { return shape_.classes; }
  std::span<const double> common_curvature() const override { return shape_.common_curvature; }
  bool hessian_affordable(std::span<const std::size_t> variables) const override {
    return variables.size() <= shape_.affordable;
  }
  std::unique_ptr<Objective> sampled(std::int64_t stride) const override {
    return sample ? sample(stride) : nullptr;
  }
  std::int64_t data_rows() const override { return rows; }
  std::int64_t data_passes() const override { return passes; }
  void visit_passes(core::Archive& archive) const override { archive(passes); }

  const Function& function() const { return function_; }

  mutable std::int64_t passes = 0;
  mutable std::int64_t evaluations = 0;
  mutable std::int64_t products = 0;
  mutable std::int64_t matrices = 0;  // whole ones
  mutable std::int64_t line_samples = 0;
  mutable std::vector<std::size_t> matrix_sizes;  // of the restricted ones

  double hessian_matrix_passes() const override { return matrix_passes; }
  bool hessian_complete() const override { return complete; }
  std::span<const double> largest_curvature() const override { return largest; }

  PenaltyShape penalty_shape() const override { return {l2, entries}; }

  std::int64_t rows = 0;
  double matrix_passes = 4.0;
  Vector largest;  // bound of the curvatures; empty: not known
  Vector l2;       // penalty_shape; empty: not known
  Vector entries;
  bool complete = true;  // whether the function's Hessian is that of F
  std::function<std::unique_ptr<TestObjective>(std::int64_t stride)> sample;  // none if empty

 private:
  Function function_;
  HessianMatrixKind kind_;
  Shape shape_;
};

}  // namespace mpilogit::solvers::testing
