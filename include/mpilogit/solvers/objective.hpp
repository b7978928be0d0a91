#pragma once
// All that a solver sees of the problem. No data, no MPI: on every rank the same numbers come back,
// and every solver makes the same decisions from them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "mpilogit/solvers/symmetric_matrix.hpp"

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

  /// ∇²F(w), exact or estimated from a sample as `Objective::hessian_matrix_kind` says. Cost: the
  /// arithmetic of a Gram matrix; asked for only where the kind is not `unaffordable`.
  virtual SymmetricMatrix hessian_matrix() const = 0;
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

/// Whether the Hessian can be had as a matrix, from the problem's shape alone.
enum class HessianMatrixKind {
  exact,         ///< all rows: a Newton direction is one factorisation
  sampled,       ///< a strided sample of rows with the exact diagonal: a preconditioner
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

  /// Reads of all data so far, in units of one pass (a part of a pass counts as its part, rounded
  /// up in the total).
  virtual std::int64_t data_passes() const = 0;
};

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
  /// which it is 1, so that columns of any scale learn alike.
  virtual std::span<const double> curvature_bound() const = 0;
};

}  // namespace mpilogit::solvers
