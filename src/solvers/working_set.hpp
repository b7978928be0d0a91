#pragma once
// Which variables proximal Newton moves.

#include <cstddef>
#include <vector>

#include "mpilogit/solvers/objective.hpp"

#include "solvers/non_smooth.hpp"

namespace mpilogit::solvers {

struct WorkingSet {
  std::vector<std::size_t> variables;  ///< ascending
  bool complete = true;  ///< all others satisfy their optimality condition where they rest

  bool contains(std::size_t variable) const;
};

/// The variables that do not rest on a kink or a bound, and those that want to leave theirs: all of
/// them, or the worst by what each alone would gain (as many as there are others, or 200 if that is
/// more). Cost: nothing, or the pass for the diagonal if some have to stay outside.
WorkingSet working_set_at(const NonSmooth& non_smooth, const CompositePoint& point);

/// The set and those variables at their centre that would leave it if their l1 were `screening` (0
/// … 1) times what it is.
WorkingSet with_screened(WorkingSet set, const NonSmooth& non_smooth, const CompositePoint& point,
                         double screening);

}  // namespace mpilogit::solvers
