#pragma once
// Points of F with an L1 penalty and bounds, and the search along a projected step.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"
#include "solvers/steps/line_search.hpp"

namespace mpilogit::solvers {

/// One variable's part of L1AndBounds: l1 |x − centre|, lower ≤ x ≤ upper.
struct Kink {
  double l1;
  double centre;
  double lower;
  double upper;

  /// Whether x cannot move at all.
  bool fixed() const { return !(lower < upper) || !(l1 < kNoLimit); }

  /// Whether x is where it can stay although the gradient is not 0.
  bool active(double x) const { return (l1 > 0.0 && x == centre) || x <= lower || x >= upper; }

  /// Neither kink nor bounds.
  bool smooth() const { return !(l1 > 0.0) && lower == -kNoLimit && upper == kNoLimit; }

  double penalty(double x) const;

  /// The element nearest to 0 of g + ∂(l1 |x − centre|) + (normal cone of the box at x).
  double smallest_subgradient(double x, double g) const;

  /// Where x goes that started from `from` and wants to get to `to`: no further than the first of
  /// the kink and the bounds on its way.
  double first_stop(double from, double to) const;

  double into_box(double x) const;

  static constexpr double kNoLimit = std::numeric_limits<double>::infinity();
};

Kink kink_of(const L1AndBounds& l1_and_bounds, std::size_t variable);

/// Φ(w) = F(w) + Σ l1_j |w_j − centre_j| at one w in the box.
struct CompositePoint {
  std::unique_ptr<Point> smooth;
  double penalty = 0.0;
  double value = 0.0;               ///< Φ
  std::vector<double> subgradient;  ///< the smallest one (dimension); 0 where it is rounding noise
};

/// Cost: one pass.
CompositePoint evaluate_composite(const Objective& objective, const L1AndBounds& l1_and_bounds,
                                  std::span<const double> coefficients);

/// The point as a part of a run's state: its coefficients, from which it is evaluated anew.
void visit_point(core::Archive& archive, const Objective& objective,
                 const L1AndBounds& l1_and_bounds, CompositePoint& point);

/// `start`, moved into the box, and to the centre where l1 is infinite.
std::vector<double> into_box(const L1AndBounds& l1_and_bounds, std::span<const double> start);

double penalty_at(const L1AndBounds& l1_and_bounds, std::span<const double> coefficients);

bool is_finite(const CompositePoint& point);

Progress progress_at(const Objective& objective, const CompositePoint& point,
                     std::int64_t iteration, double estimated_gap, double step_length);

/// With the bound of the gap, if it converged and has one (gap_bound.hpp).
Solution solution_at(const Objective& objective, const L1AndBounds& l1_and_bounds,
                     const CompositePoint& point, std::int64_t iterations, double estimated_gap,
                     StopReason reason);

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
CompositeStep composite_search(const Objective& objective, const L1AndBounds& l1_and_bounds,
                               const CompositePoint& from, std::span<const double> target,
                               double slope, Reach reach = Reach::whole);

}  // namespace mpilogit::solvers
