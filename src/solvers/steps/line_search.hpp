#pragma once
// How far to go along a direction.

#include <memory>
#include <span>

#include "solvers/objective.hpp"

namespace mpilogit::solvers {

enum class StepOutcome {
  improved,  ///< F went down by more than rounding
  flat,      ///< F stayed as it is up to rounding, but its slope went down: a step all the same
  stuck,     ///< nothing on this line changes F beyond rounding
  failed,    ///< no descent direction, or no finite point that is lower
};

struct Step {
  StepOutcome outcome = StepOutcome::failed;
  std::unique_ptr<Point> point;  ///< where it led; empty if stuck or failed
  double length = 0.0;           ///< t of w + t d
};

/// Whether two values of F are the same up to the rounding of its sum: |Δ| ≤ 16 ε |F|.
bool equal_up_to_rounding(double before, double after);

/// False if F or any component of its gradient is infinite or NaN.
bool is_finite(const Point& point);

/// The point w + t d. Cost: one pass.
std::unique_ptr<Point> evaluate_along(const Objective& objective, const Point& from,
                                      std::span<const double> direction, double t);

/// Looks for t > 0 with (weak) Wolfe's conditions on φ(t) = F(w + t d), from t = first_length:
///     φ(t) ≤ φ(0) + 1e-4 t φ′(0)   and   |φ′(t)| ≤ 0.9 |φ′(0)|
/// The first trial costs the pass that its acceptance would need anyway. If it is refused, t is
/// brought near the minimum of φ from cached margins, without passes, and one more pass confirms
/// it. Where F is not finite, t is shortened first, at a pass each.
Step line_search(const Objective& objective, const Point& from, std::span<const double> direction,
                 double first_length = 1.0);

}  // namespace mpilogit::solvers
