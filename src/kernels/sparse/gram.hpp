#pragma once
// The Gram matrix of compressed rows, in the widest instruction set.

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// triangle[j, k] += Σ_i (c_i x_ij) x_ik, ascending i, fused. Rows of curvature 0 are no rows.
/// Cost: entries²/2 per row.
void add_sparse_gram(const AnySparseRows& rows, const double* curvatures, double* triangle);

}  // namespace mpilogit::kernels
