#pragma once
// Inexact Newton: the default solver.

#include <span>

#include "mpilogit/solvers/objective.hpp"
#include "mpilogit/solvers/solver.hpp"

namespace mpilogit::solvers {

/// Minimises from `start` (dimension). Each iteration finds Newton's direction (by Cholesky where
/// the Hessian is an exact matrix, else by preconditioned conjugate gradients) and searches along
/// it. Half the squared Newton decrement of that direction is the estimated gap. A tolerance of
/// 1e-8 or less asks for good coefficients, not for a good objective alone: then the step within it
/// is taken all the same, and with an exact matrix chord steps go on until the coefficients are
/// about as good as the objective. Cost per iteration: one pass, plus the matrix or one pass per
/// conjugate-gradient step.
Solution newton(const Objective& objective, std::span<const double> start, const Limits& limits,
                Monitor monitor);

}  // namespace mpilogit::solvers
