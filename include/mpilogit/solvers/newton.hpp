#pragma once
// Inexact Newton: the default solver.

#include <memory>
#include <vector>

#include "mpilogit/solvers/objective.hpp"
#include "mpilogit/solvers/solver.hpp"

namespace mpilogit::solvers {

class Preconditioner;

/// Where to begin.
struct Start {
  std::vector<double> coefficients;  ///< (dimension)
  /// What a sampled Hessian near there gave, if one was made: good for the first steps.
  std::shared_ptr<const Preconditioner> factor;
};

/// Minimises from `start`. Each iteration finds Newton's direction (by Cholesky where
/// the Hessian is an exact matrix, else by preconditioned conjugate gradients) and searches along
/// it. Half the squared Newton decrement of that direction is the estimated gap. A tolerance of
/// 1e-8 or less asks for good coefficients, not for a good objective alone: then the step within it
/// is taken all the same, and with an exact matrix chord steps go on until the coefficients are
/// about as good as the objective. Cost per iteration: one pass, plus the matrix or one pass per
/// conjugate-gradient step.
Solution newton(const Objective& objective, const Start& start, const Limits& limits,
                Monitor monitor);

/// Likewise, and the start for a larger problem of the same kind: the solution with its factor.
Start newton_start(const Objective& sample, const Start& start, const Limits& limits);

}  // namespace mpilogit::solvers
