#pragma once
// Inexact Newton: the default solver.

#include <span>

#include "mpilogit/solvers/objective.hpp"
#include "mpilogit/solvers/solver.hpp"

namespace mpilogit::solvers {

/// Minimises from `start` (dimension). Each iteration finds Newton's direction (by Cholesky where
/// the Hessian is an exact matrix, else by preconditioned conjugate gradients) and searches along
/// it. Half the squared Newton decrement of that direction is the estimated gap. Where it is within
/// the tolerance the step is taken all the same, for it is already paid: the answer is one Newton
/// step past the tolerance, and with an exact matrix its coefficients are about as good as its
/// objective. Cost per iteration: one pass, plus the matrix or one pass per conjugate-gradient
/// step.
Solution newton(const Objective& objective, std::span<const double> start, const Limits& limits,
                Monitor monitor);

}  // namespace mpilogit::solvers
