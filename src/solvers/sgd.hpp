#pragma once
// Synchronous mini-batch gradient descent.

#include <span>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

struct SgdOptions {
  double learning_rate = 0.5;  ///< η₀ > 0, in units of 1 / curvature_bound
  double decay = 0.1;          ///< η_t = η₀ / (1 + decay · t), t in epochs; ≥ 0
};

/// Minimises from `start` (dimension) by w_j −= η_t ĝ_j / curvature_bound_j. After every epoch F
/// and its gradient are taken over all rows; an epoch that did not lower F is undone, and η₀
/// halved. Both views are of the same function. Cost per iteration (an epoch): two passes.
Solution sgd(const Objective& objective, const BatchObjective& batches,
             std::span<const double> start, const Limits& limits, const SgdOptions& options,
             Monitor monitor);

}  // namespace mpilogit::solvers
