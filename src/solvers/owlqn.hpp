#pragma once
// Orthant-wise limited-memory quasi-Newton: L1 penalties and boxes with any number of variables.

#include <cstddef>
#include <span>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

struct OwlqnOptions {
  std::size_t memory = 10;  ///< pairs of changes kept; at least 1
  /// Goes on with `proximal_newton`, where matrices are affordable, from where it is stuck or its
  /// gap is not confirmed.
  bool finished_by_newton = true;
};

/// As `proximal_newton`, by gradients alone. Source: Andrew and Gao, "Scalable training of
/// L1-regularized log-linear models" (2007), with bounds treated like the orthant's faces.
/// Cost per iteration: one pass per trial point; now and then a reduced Newton direction by
/// conjugate gradients that tells that the tolerance is reached. Where the matrix over the free
/// variables is affordable, it has to confirm that: conjugate gradients do not see columns that are
/// nearly one.
Solution owlqn(const Objective& objective, const L1AndBounds& l1_and_bounds,
               std::span<const double> start, const Limits& limits, const OwlqnOptions& options,
               Monitor monitor);

}  // namespace mpilogit::solvers
