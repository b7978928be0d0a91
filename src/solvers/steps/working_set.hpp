#pragma once
// Which variables proximal Newton moves.

#include <cstddef>
#include <vector>

#include "solvers/objective.hpp"
#include "solvers/steps/composite_point.hpp"

namespace mpilogit::solvers {

struct WorkingSet {
  std::vector<std::size_t> variables;  ///< ascending
  bool complete = true;  ///< all others satisfy their optimality condition where they rest

  bool contains(std::size_t variable) const;
};

/// The variables that do not rest on a kink or a bound, and those that want to leave theirs: all of
/// them, or the worst by what each alone would gain (as many as there are others, or 200 if that is
/// more). Cost: nothing, or the pass for the diagonal if some have to stay outside.
WorkingSet working_set_at(const L1AndBounds& l1_and_bounds, const CompositePoint& point);

/// The set and those variables at their centre that would leave it if their l1 were `screening` (0
/// … 1) times what it is.
WorkingSet with_screened(WorkingSet set, const L1AndBounds& l1_and_bounds,
                         const CompositePoint& point, double screening);

/// The set and those variables at rest that may want to leave it when others move by as much as Φ
/// may still fall by: a step to the minimum of a quadratic that is lower by `gap` changes g_j by at
/// most √(2 gap H_jj). Without them as they are the set's minimum is that of all variables. Nothing
/// is added where the objective does not know its largest curvatures.
WorkingSet with_nearly_leaving(WorkingSet set, const Objective& objective,
                               const L1AndBounds& l1_and_bounds, const CompositePoint& point,
                               double gap);

}  // namespace mpilogit::solvers
