#pragma once
// Newton's direction and decrement, by the means that the problem affords.

#include <cstdint>
#include <memory>

#include "mpilogit/solvers/objective.hpp"

#include "solvers/conjugate_gradient.hpp"
#include "solvers/preconditioner.hpp"

namespace mpilogit::solvers {

/// Keeps its factor or preconditioner from one point to the next, for as long as it serves.
class NewtonDirection {
 public:
  /// The objective must outlive it.
  explicit NewtonDirection(const Objective& objective)
      : kind_(objective.hessian_matrix_kind()),
        direct_(kind_ == HessianMatrixKind::exact || has_large_sample(objective)),
        layout_{objective.classes(), objective.common_curvature()} {}

  /// d ≈ −H⁻¹ g at the point. The factor of an earlier point is taken again for as long as each
  /// step with it divides the decrement by ten, for a chord step costs a pass and a matrix several.
  /// Else, with an exact matrix or one of a large sample: factorised anew, one solve, no products;
  /// without, or once such a sample has turned out not to speak for all rows, conjugate gradients
  /// as far as `sufficiency` asks.
  NewtonModel at(const Point& point, const Sufficiency& sufficiency);

  /// −M⁻¹ g and ½ gᵀM⁻¹g with what was factorised last. No pass.
  NewtonModel with_last_factor(const Point& point) const;

  /// Whether `chords` more steps with the last factor should bring the decrement down to
  /// `decrease`, by what the steps with it did so far. A factor with which no chord was tried yet
  /// passes.
  bool chords_reach(double decrease, int chords) const;

  /// The factor, or preconditioner, of this point from here on. Costs what the matrix costs.
  void refresh(const Point& point);

  /// Whether a direction is one solve.
  bool direct() const { return direct_; }

 private:
  static bool has_large_sample(const Objective& objective);
  bool has_factor() const {
    return preconditioner_ != nullptr && kind_ != HessianMatrixKind::unaffordable;
  }

  HessianMatrixKind kind_;
  bool direct_;
  ClassLayout layout_;
  std::unique_ptr<Preconditioner> preconditioner_;
  std::int64_t products_when_fresh_ = 0;
  std::int64_t products_last_ = 0;
  double contraction_ = 1.0;    // of the decrement by the last step with the factor alone
  double last_decrease_ = 0.0;  // ½ gᵀM⁻¹g at the point before
  double smallest_ritz_ = 1.0;  // over all points so far
};

}  // namespace mpilogit::solvers
