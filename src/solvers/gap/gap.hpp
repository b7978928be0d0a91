#pragma once
// How far F is above its optimum: bounds and estimates.

#include <cstdint>
#include <optional>

#include "solvers/objective.hpp"
#include "solvers/steps/newton_direction.hpp"

namespace mpilogit::solvers {

/// A bound of Φ(w) − Φ* from the gradient alone, where the penalty and the box allow one: every
/// variable but the intercept has a quadratic part, a kink or two finite bounds. Empty otherwise;
/// of several intercepts too. Not relative. Up to rounding of the gradient.
///
/// F is convex and ≥ 0, so that for any 0 ≤ κ ≤ 1, u = w′ − w
///     Φ(w′) ≥ κ (F(w) + gᵀu + Σ ½ λ_j u_j²) + Σ l1_j |w′_j − centre_j|,
/// whose minimum over w′ is one of each variable alone. It is finite if κ |g_j| ≤ l1_j wherever
/// only a kink holds w_j: κ is chosen so (the scaled dual point of a duality gap). Without kinks
/// that is Σ g_j² / (2 λ_j).
///
/// The free intercept b is solved out first: along it |F‴| ≤ F″, so that with h = ∂²F/∂b² and
/// a = |∂F/∂b| / h < 1 its optimum is within T = −log(1 − a), what is gained by going there is at
/// most h (a + (1 − a) log(1 − a)), and ∂F/∂w_j changes by no more than T e^T h max|x_ij|.
///
/// Cost: O(dimension); the curvatures of the rows for h, no pass.
std::optional<double> gap_bound(const Objective& objective, const Point& point,
                                const L1AndBounds& l1_and_bounds);

/// Scales a solver's own cheap estimate of F − F* so that it agrees with half the squared Newton
/// decrement where that was last computed. It is computed when the scaled estimate says that the
/// tolerance is reached, and only that figure decides; also now and then, so that progress is told
/// honestly. The passes for it never exceed about those of the solver itself.
class GapEstimate {
 public:
  struct Figure {
    double relative = 0.0;
    bool tolerance_reached = false;  ///< by the computed decrement
    bool contradicted =
        false;  ///< the cheap estimate said so, and was wrong by orders of magnitude
  };

  GapEstimate(const Objective& objective, double tolerance)
      : objective_(objective), newton_(objective), tolerance_(tolerance) {}

  /// As a part of a run's state.
  void visit(core::Archive& archive);

  /// `cheap` is in units of F. Cost: none, or a Newton direction.
  Figure at(const Point& point, double cheap);

  /// The relative gap by the Newton decrement, now. Cost: a Newton direction.
  double computed(const Point& point, double cheap);

 private:
  const Objective& objective_;
  NewtonDirection newton_;
  double tolerance_;
  double ratio_ = 1.0;
  std::int64_t not_before_ = 0;  // in passes: the last computation paid off by then
  std::int64_t at_latest_ = 50;  // in passes
};

}  // namespace mpilogit::solvers
