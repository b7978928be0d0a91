#pragma once
// Proximal Newton on a working set: L1 penalties and box constraints.

#include <span>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

struct ProximalNewtonOptions {
  /// The first working set also holds every variable at its centre whose gradient is at least this
  /// fraction of its l1: what a screening rule lets pass. 1: only those that must move.
  double screening = 1.0;
};

/// Minimises F(w) + Σ l1_j |w_j − centre_j| over the box from `start` (dimension; moved into the
/// box). Each iteration minimises the quadratic model of F over the working set — the variables off
/// their centre or bound and those whose optimality condition is violated — by coordinate descent
/// and, once the signs stay, by one factorisation of the free face; no communication inside. Then a
/// line search from cached margins. The model's decrease is the estimated gap. Zeros (and bounds)
/// come out exact. `Solution::objective` includes the penalty; `gradient_norm` is the largest
/// component of the smallest subgradient.
///
/// Where the working set grows beyond `Objective::hessian_affordable`, or no step of the model
/// leads down (H nearly 0, far from the optimum), hands over to `owlqn`. Cost per iteration: one
/// pass, the Gram matrix of the working set.
Solution proximal_newton(const Objective& objective, const L1AndBounds& l1_and_bounds,
                         std::span<const double> start, const Limits& limits,
                         const ProximalNewtonOptions& options, Monitor monitor);

}  // namespace mpilogit::solvers
