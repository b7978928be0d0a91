#pragma once
// The diagonal of an inverse that nobody can hold.

#include <cstdint>
#include <vector>

#include "solvers/objective.hpp"

namespace mpilogit::solvers {

struct InverseDiagonal {
  std::vector<double> diagonal;  ///< estimates of (H⁻¹)_jj; at least 1 / H_jj, which it exceeds
  std::vector<double> standard_error;  ///< of each estimate, from the spread of the probes
  std::int64_t products = 0;           ///< H v: passes over the data
};

/// diag H⁻¹ of the Hessian at `point` (of this objective), from `probes` ≥ 2 random vectors of
/// signs:
///     (H⁻¹)_jj ≈ mean over the probes of v_j (H⁻¹v)_j,
/// unbiased, for E[v_j v_k] = 0; the error is what the off-diagonal elements of row j add up to in
/// square, over √probes. Each H⁻¹v by preconditioned conjugate gradients, to a few parts in 10⁶.
/// H must be positive definite, as a penalty makes it. Source: M. F. Hutchinson, "A stochastic
/// estimator of the trace" (1990); C. Bekas, E. Kokiopoulou and Y. Saad, "An estimator for the
/// diagonal of a matrix" (2007). Cost: for each probe as many passes as conjugate gradients need.
InverseDiagonal estimate_inverse_diagonal(const Objective& objective, const Point& point,
                                          std::int64_t probes, std::uint64_t seed);

}  // namespace mpilogit::solvers
