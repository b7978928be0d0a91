#pragma once
// The two loops over a tile of compressed rows, in the widest instruction set.

#include <cstddef>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// margins[i] += Σ_n values[n] coefficients[columns[n]] over the entries n of row i
void add_sparse_margins(const AnySparseRows& rows, const double* coefficients, double* margins);

/// sums[columns[n]] += factors[i] values[n] over the entries n of row i, ascending i
void add_sparse_weighted_rows(const AnySparseRows& rows, const double* factors, double* sums);

/// margins[i, k] += Σ_n values[n] coefficients[columns[n], k] over the entries n of row i
void add_sparse_margins(const AnySparseRows& rows, const double* coefficients, std::size_t columns,
                        double* margins);

/// sums[columns[n], k] += factors[i, k] values[n] over the entries n of row i, ascending i
void add_sparse_weighted_rows(const AnySparseRows& rows, const double* factors, std::size_t columns,
                              double* sums);

}  // namespace mpilogit::kernels
