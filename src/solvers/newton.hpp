#pragma once
// Inexact Newton: the default solver.

#include <limits>
#include <optional>
#include <vector>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

/// Where to begin.
struct Start {
  std::vector<double> coefficients;  ///< (dimension)
  /// F that these coefficients should not exceed. Where they do, what they were found on does not
  /// speak for this problem: then the beginning is `instead` (dimension).
  double acceptable = std::numeric_limits<double>::infinity();
  std::vector<double> instead = {};
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

/// Likewise on a sample of a larger problem: the solution, and F there as what is acceptable. Empty
/// if the start itself is not acceptable, or F not finite.
std::optional<Start> newton_start(const Objective& sample, const Start& start,
                                  const Limits& limits);

}  // namespace mpilogit::solvers
