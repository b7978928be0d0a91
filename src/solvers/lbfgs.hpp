#pragma once
// Limited-memory BFGS.

#include <cstddef>
#include <span>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

struct LbfgsOptions {
  std::size_t memory = 10;  ///< pairs of changes kept; at least 1
};

/// Minimises from `start` (dimension), in units in which the curvature along every coefficient was
/// 1 at the start. Cost per iteration: one pass, two where the step has to be changed; plus the
/// Newton directions that confirm the tolerance at the end. Where those contradict it by orders of
/// magnitude, or no step leads down (columns that are nearly one), Newton's method finishes.
Solution lbfgs(const Objective& objective, std::span<const double> start, const Limits& limits,
               const LbfgsOptions& options, Monitor monitor);

}  // namespace mpilogit::solvers
