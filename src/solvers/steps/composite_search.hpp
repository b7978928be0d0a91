#pragma once
// How far to go towards a point, for F plus a penalty on a box.

#include <span>

#include "solvers/objective.hpp"
#include "solvers/steps/line_search.hpp"
#include "solvers/steps/non_smooth.hpp"

namespace mpilogit::solvers {

struct CompositeStep {
  StepOutcome outcome = StepOutcome::failed;
  CompositePoint point;  ///< where it led; `smooth` is empty if stuck or failed
  double length = 0.0;   ///< t of w + t (target − w)
};

enum class Reach { whole, beyond };

/// From `from` towards `target`, both in the box. `slope` < 0 bounds from above what Φ changes by
/// in between were F linear. Takes the whole step if
///     Φ(w + t d) ≤ Φ(w) + 1e-4 t slope
/// holds for t = 1, else the first t = ½, ¼, … for which it holds, found from cached margins.
/// Cost: one pass, two where the step is shortened. With Reach::beyond a step on which Φ falls as
/// if it were straight is lengthened by powers of 4, for one pass more.
CompositeStep composite_search(const Objective& objective, const NonSmooth& non_smooth,
                               const CompositePoint& from, std::span<const double> target,
                               double slope, Reach reach = Reach::whole);

}  // namespace mpilogit::solvers
