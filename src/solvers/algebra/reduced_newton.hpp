#pragma once
// Newton's direction on the variables that are free to move, for problems with kinks and bounds.

#include <cstddef>
#include <span>
#include <vector>

#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/objective.hpp"
#include "solvers/steps/composite_point.hpp"

namespace mpilogit::solvers {

/// Whether each variable (dimension) is off its active or wants to leave them.
std::vector<bool> free_variables(const L1AndBounds& l1_and_bounds, const CompositePoint& point);

/// d ≈ −(H + damping · diag H)_FF⁻¹ s_F, 0 elsewhere, with F the `free` variables and s the
/// smallest subgradient, by conjugate gradients with the tempered diagonal. Its decrease estimates
/// Φ − Φ* if no variable has to come to rest, and is more than that otherwise; where H_FF is
/// singular only the damping (> 0) bounds it. Cost: a pass for the diagonal, one per product.
NewtonModel reduced_newton(const CompositePoint& point, const std::vector<bool>& free,
                           double damping, const ForcingTerm& forcing, double smallest_ritz);

/// Newton's direction and decrement over the free variables.
struct FreeNewton {
  std::vector<std::size_t> variables;  ///< ascending; empty if nothing wants to move
  NewtonModel model;                   ///< its direction is over the variables
};

/// From the matrix over the free variables, completed by products where it is nearly singular.
/// Cost: that of the matrix.
FreeNewton newton_over_free(const Objective& objective, const L1AndBounds& l1_and_bounds,
                            const CompositePoint& point);

}  // namespace mpilogit::solvers
