#pragma once
// The two loops over tiles of compressed rows under the names that dense tiles have.

#include <cstddef>

#include "kernels/sparse/loops.hpp"
#include "kernels/sparse/passes.hpp"

namespace mpilogit::kernels {

template <class Value>
void add_margins(const SparseRows<Value>& rows, const double* coefficients, std::size_t columns,
                 double* margins) {
  add_sparse_margins(rows, coefficients, columns, margins);
}

template <class Value>
void add_margins(const SparseRows<Value>& rows, const double* coefficients, double* margins) {
  add_sparse_margins(rows, coefficients, margins);
}

template <class Value>
void add_weighted_rows(const SparseRows<Value>& rows, const double* factors, std::size_t columns,
                       double* sums) {
  add_sparse_weighted_rows(rows, factors, columns, sums);
}

template <class Value>
void add_weighted_rows(const SparseRows<Value>& rows, const double* factors, double* sums) {
  add_sparse_weighted_rows(rows, factors, sums);
}

}  // namespace mpilogit::kernels
