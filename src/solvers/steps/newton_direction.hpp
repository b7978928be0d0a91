#pragma once
// Newton's direction and decrement, by the means that the problem affords.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/archive.hpp"
#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/algebra/nearly_singular.hpp"
#include "solvers/algebra/preconditioner.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// Keeps its factor or preconditioner from one point to the next, for as long as it serves.
class NewtonDirection {
 public:
  /// The objective must outlive it.
  explicit NewtonDirection(const Objective& objective)
      : objective_(objective),
        kind_(objective.hessian_matrix_kind()),
        direct_(kind_ == HessianMatrixKind::exact || has_large_sample(objective)),
        matrix_passes_(objective.hessian_matrix_passes()),
        layout_{objective.classes(), objective.common_curvature(), objective.largest_curvature()} {}

  /// d ≈ −H⁻¹ g at the point. The factor of an earlier point is taken again for as long as each
  /// step with it divides the decrement by ten, for a chord step costs a pass and a matrix several.
  /// Else, with an exact matrix: its old factor as the preconditioner of conjugate gradients as
  /// long as their products cost less than a new one; then factorised anew, one solve, no products.
  /// A sample's matrix likewise, if it is a large one, until it has turned out not to speak for all
  /// rows; from then on, and without a matrix at all, conjugate gradients as far as `forcing`
  /// asks.
  /// Where the factor left something out that matters for `forcing`, completed by products.
  NewtonModel at(const Point& point, const ForcingTerm& forcing);

  /// −M⁻¹ g and ½ gᵀM⁻¹g with what was factorised last. No pass.
  NewtonModel with_last_factor(const Point& point) const;

  /// Whether `chords` more steps with the last factor should bring the decrement down to
  /// `decrease`, by what the steps with it did so far. A new factor passes, one that had to be
  /// helped by products does not.
  bool chords_reach(double decrease, int chords) const;

  /// How far F is above its minimum at the most, by what was factorised last; empty where that does
  /// not tell. No pass.
  std::optional<double> bound(const Point& point) const;

  /// The factor, or preconditioner, of this point from here on. Costs what the matrix costs.
  void refresh(const Point& point);

  /// As a part of a run's state.
  void visit(core::Archive& archive, const Objective& objective);

  /// Whether a direction is one solve.
  bool direct() const { return direct_; }

 private:
  static bool has_large_sample(const Objective& objective);
  NewtonModel incomplete_at(const Point& point, const ForcingTerm& forcing);
  bool preconditions() const;
  NewtonModel with_new_factor(const Point& point);
  NewtonModel by_conjugate_gradients(const Point& point, const ForcingTerm& forcing);

  bool has_factor() const {
    return preconditioner_ != nullptr && kind_ != HessianMatrixKind::unaffordable;
  }

  const Objective& objective_;
  HessianMatrixKind kind_;
  bool direct_;
  double matrix_passes_;  // what a matrix costs
  ClassLayout layout_;
  std::unique_ptr<Preconditioner> preconditioner_;
  std::vector<double> preconditioned_at_;  // the coefficients that it was made at
  std::int64_t products_when_fresh_ = 0;
  std::int64_t products_last_ = 0;
  double contraction_ = 1.0;    // of the decrement by a step with the factor alone
  bool one_solve_ = false;      // the last step was such a one
  double last_decrease_ = 0.0;  // ½ gᵀM⁻¹g at the point before
  double smallest_ritz_ = 1.0;  // over all points so far
  KnownAliases aliases_;
};

}  // namespace mpilogit::solvers
