#pragma once
// All that a solver sees of the problem. No data, no MPI: on every rank the same numbers come back,
// and every solver makes the same decisions from them.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/archive.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::solvers {

/// F at one w, with its gradient and whatever was cached to know more of it. Owns its caches:
/// nothing depends on what was called before or after.
class Point {
 public:
  virtual ~Point() = default;
  Point() = default;
  Point(const Point&) = delete;
  Point& operator=(const Point&) = delete;

  virtual std::span<const double> coefficients() const = 0;  ///< w (dimension)
  virtual double value() const = 0;                      ///< F(w); NaN or ∞ outside the domain
  virtual std::span<const double> gradient() const = 0;  ///< ∇F(w) (dimension)

  /// product = ∇²F(w) · direction (dimension). Cost: one pass over the data.
  virtual void hessian_vector(std::span<const double> direction,
                              std::span<double> product) const = 0;

  /// diagonal = diag ∇²F(w) (dimension). Cost: one pass over the data.
  virtual void hessian_diagonal(std::span<double> diagonal) const = 0;

  /// About that, without a pass if the objective knows how: good for a preconditioner.
  virtual void rough_hessian_diagonal(std::span<double> diagonal) const {
    hessian_diagonal(diagonal);
  }

  /// ∇²F(w), exact or estimated from a sample as `Objective::hessian_matrix_kind` says. Cost: the
  /// arithmetic of a Gram matrix; asked for only where the kind is not `unaffordable`.
  virtual SymmetricMatrix hessian_matrix() const = 0;

  /// For the kind `class_blocks`: the diagonal blocks of ∇²F(w), one per class; block k has a row
  /// for each feature and, last, one for the intercept (dimension / classes rows).
  virtual std::vector<SymmetricMatrix> hessian_blocks() const = 0;

  /// ∇²F(w) restricted to `variables` (ascending), exact. Asked for only if
  /// `Objective::hessian_affordable(variables)`.
  virtual SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const = 0;
};

/// F on the segment from one point to another: φ(t) = F(a + t (b − a)), from cached margins.
class Line {
 public:
  struct Sample {
    double value;  ///< φ(t)
    double slope;  ///< φ′(t)
  };

  virtual ~Line() = default;
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Cost: O(rows), no pass over the data.
  virtual Sample at(double t) const = 0;
};

/// What F is known to have beside its data part, and how far the data reach.
struct PenaltyShape {
  std::span<const double> l2;  ///< λ2 of each variable (dimension): F − ½ Σ λ2_j w_j² is convex,
                               ///< and F ≥ 0; empty if that is not known
  std::span<const double> largest;  ///< max_i |x_ij| of each feature and, last, 1
};

/// Whether the Hessian can be had as a matrix, from the problem's shape alone.
enum class HessianMatrixKind {
  exact,         ///< all rows: a Newton direction is one factorisation
  sampled,       ///< a sample of rows, rare columns made up for: a preconditioner
  class_blocks,  ///< only each class's own block, exact or sampled: a preconditioner
  unaffordable,  ///< too many features: diagonal preconditioner
};

/// A smooth convex function of `dimension()` variables.
class Objective {
 public:
  virtual ~Objective() = default;
  Objective() = default;
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;

  virtual std::size_t dimension() const = 0;

  /// Cost: one fused pass over the data.
  virtual std::unique_ptr<Point> evaluate(std::span<const double> coefficients) const = 0;

  /// Both points must be this objective's own and outlive the line.
  virtual std::unique_ptr<Line> between(const Point& from, const Point& to) const = 0;

  virtual HessianMatrixKind hessian_matrix_kind() const = 0;

  /// Whether the Hessian that points give is ∇²F. If it is only like it, Newton's method converges
  /// linearly, however near the optimum.
  virtual bool hessian_complete() const { return true; }

  /// Of a sampled matrix: by how much, relatively, its curvature in any direction is likely to be
  /// off, which is about √(dimension / rows of the sample).
  virtual double hessian_matrix_error() const { return 1.0; }

  /// About what a matrix costs, in passes over the data.
  virtual double hessian_matrix_passes() const { return 4.0; }

  /// Variables come as `classes()` columns: variable (j, k) is number j · classes() + k, features
  /// ascending and the intercepts last. 1 for two classes.
  virtual std::size_t classes() const = 0;

  /// Softmax over all classes does not change when every class's coefficient moves alike, so that
  /// along (v, v, …, v) the Hessian is exactly diag(c) with the penalty's c_j ≥ 0 alone. This is c,
  /// one per feature and, last, the intercept's 0; empty where that does not hold (two classes; a
  /// reference class).
  virtual std::span<const double> common_curvature() const = 0;

  /// An upper bound of diag ∇²F(w) for every w (dimension; 0 for variables that take no part):
  /// what steps are measured by where curvature vanishes. Empty if none is known.
  virtual std::span<const double> largest_curvature() const { return {}; }

  virtual PenaltyShape penalty_shape() const { return {}; }

  /// Whether the exact Hessian over `variables` (ascending) can be had as a matrix.
  virtual bool hessian_affordable(std::span<const std::size_t> variables) const = 0;

  /// The same function of a part of the data, in which every `stride`-th of it counts and the rest
  /// does not: a place to start from at 1/stride of the cost. Null if that part would say nothing,
  /// and of functions that are no sums over data.
  virtual std::unique_ptr<Objective> sampled(std::int64_t /*stride*/) const { return nullptr; }

  /// How many terms of data the function sums up; 0 if it does not say.
  virtual std::int64_t data_rows() const { return 0; }

  /// Reads of all data so far, in units of one pass (a part of a pass counts as its part, rounded
  /// up in the total).
  virtual std::int64_t data_passes() const = 0;

  /// What `data_passes` counts, as a part of a run's state: a run that goes on counts on.
  virtual void visit_passes(core::Archive& /*archive*/) const {}
};

/// What is added to a smooth objective: Σ_j l1_j |w_j − centre_j|, subject to lower_j ≤ w_j ≤
/// upper_j. One element per variable. l1_j = ∞ fixes w_j at centre_j. Bounds may be ∓∞, and
/// lower_j ≤ centre_j ≤ upper_j wherever l1_j = ∞.
struct L1AndBounds {
  std::vector<double> l1;
  std::vector<double> centre;
  std::vector<double> lower;
  std::vector<double> upper;
};

/// Nothing.
inline L1AndBounds unrestricted(std::size_t dimension) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {std::vector<double>(dimension, 0.0), std::vector<double>(dimension, 0.0),
          std::vector<double>(dimension, -kInfinity), std::vector<double>(dimension, kInfinity)};
}

/// What a stochastic solver needs beyond that.
class BatchObjective {
 public:
  virtual ~BatchObjective() = default;
  BatchObjective() = default;
  BatchObjective(const BatchObjective&) = delete;
  BatchObjective& operator=(const BatchObjective&) = delete;

  /// Batches of one epoch; at least 1.
  virtual std::int64_t batches() const = 0;

  /// Gradient over the rows of batch number `batch` of epoch number `epoch`, scaled to be an
  /// unbiased estimate of ∇F(coefficients) (dimension). Which rows those are depends on seed, epoch
  /// and batch alone. Cost: 1/batches() of a pass.
  virtual void batch_gradient(std::int64_t epoch, std::int64_t batch,
                              std::span<const double> coefficients,
                              std::span<double> gradient) const = 0;

  /// An upper bound of diag ∇²F(w) for every w (dimension), all > 0: steps are taken in units in
  /// which it is 1, so that columns of any scale update alike.
  virtual std::span<const double> curvature_bound() const = 0;
};

}  // namespace mpilogit::solvers
