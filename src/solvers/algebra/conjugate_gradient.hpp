#pragma once
// Conjugate gradients for a Newton step, and the smallest eigenvalue that they see.

#include <cstdint>
#include <span>
#include <vector>

#include "solvers/algebra/preconditioner.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// When the quadratic model is minimised well enough: in terms of its decrease Q = −(gᵀd + ½ dᵀH d)
/// so far, and of what is estimated to be missing of it.
struct ForcingTerm {
  double relative = 0.1;   ///< missing ≤ relative · Q, or …
  double quadratic = 0.0;  ///< … missing ≤ min(quadratic · Q², ½ Q), or …
  double target = 0.0;  ///< … missing ≤ ¼ target. But a whole decrease ≤ target is believed only
                        ///< of an upper bound, for then the caller will stop for good
};

struct NewtonModel {
  std::vector<double> direction;  ///< d (dimension)
  double decrease = 0.0;          ///< Q plus what is missing: estimates ½ gᵀH⁻¹g = F − F*
  double left_out = 0.0;          ///< what F may have to give in directions that this does not go
  std::int64_t products = 0;      ///< Hessian-vector products made: passes
  double contraction = 1.0;       ///< of gᵀM⁻¹g by the first step: what M alone is worth
  double smallest_ritz = 1.0;     ///< smallest eigenvalue of M⁻¹H, as far as it was seen
};

/// The decrease, with what the model left out of it if that is more than a small part of what the
/// tolerance allows of F's `value`. Where nothing is known, F's value itself, for F* ≥ 0.
double whole_decrease(const NewtonModel& model, double tolerance, double value);

/// Stops on the relative decrease of the quadratic model (Nash and Sofer 1990, as in LIBLINEAR):
/// what is missing after k steps is estimated as k times the last decrease of Q. That is blind on a
/// plateau; the bound ½ rᵀM⁻¹r / μ, with μ the smallest eigenvalue of M⁻¹H (`smallest_ritz` of
/// earlier calls), is not. A direction without positive curvature ends the iteration with what was
/// reached before; met at once, it is the answer. `rounding`: of the gradient, or empty.
NewtonModel conjugate_gradient(const Point& point, const Preconditioner& preconditioner,
                               const ForcingTerm& forcing, double smallest_ritz = 1.0,
                               std::span<const double> rounding = {});

/// The Lanczos matrix of conjugate gradients: tridiagonal, with the coefficients of step k = 0, 1,
/// …
///     T_kk = 1/α_k + β_{k−1}/α_{k−1},   T_k,k+1 = √β_k / α_k
class LanczosMatrix {
 public:
  /// α of this step, and the β that led to it (0 for the first).
  void append(double alpha, double beta);

  /// Its smallest eigenvalue within a part in 2^20, by bisection; 1 if it is empty. Cost: O(steps).
  double smallest_eigenvalue() const;

 private:
  bool has_eigenvalue_below(double x) const;

  std::vector<double> diagonal_;
  std::vector<double> off_diagonal_squared_;  // (k−1, k)
  double last_alpha_ = 1.0;
};

}  // namespace mpilogit::solvers
