#pragma once
// Hessian matrices of one point: Gram matrices of the rows, weighted by their curvatures.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "objective/point/problem.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::objective {

/// A point's curvature, as `Likelihood::curvature_state` of all local rows.
using CurvatureState = std::span<const double>;

/// Collective. ∇²F over the features `chosen` (ascending), all their columns, and the intercepts
/// last: (chosen + 1) × columns variables. Cost: columns (columns + 1) / 2 Gram matrices.
solvers::SymmetricMatrix exact_hessian(const Problem& problem, CurvatureState state,
                                       std::span<const std::uint32_t> chosen);

/// Collective. Σ_i f_i x̃_i x̃_iᵀ over all features and, last, a 1, for factors 0 ≤ f_i ≤ `most` of
/// local rows. Cost: a Gram matrix.
solvers::SymmetricMatrix gram_of(const Problem& problem, std::span<const double> factors,
                                 double most);

/// Collective. The diagonal block of each column over all features and, last, the intercept, from
/// the rows of `problem.hessian_sampling`. What these have too little of is made up for.
std::vector<solvers::SymmetricMatrix> class_blocks(const Problem& problem, CurvatureState state);

}  // namespace mpilogit::objective
