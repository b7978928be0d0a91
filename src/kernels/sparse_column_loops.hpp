#pragma once
// The two loops over compressed rows for several columns at once: each entry meets as many columns
// as the registers hold.

#include <cstddef>

#include "kernels/column_chunks.hpp"
#include "kernels/sparse_loops.hpp"

namespace mpilogit::kernels {

/// margins[k] += Σ_n values[n] coefficients[columns[n], k], k < Width
template <std::size_t Width, class Value>
void add_row_margins(Entries<Value> row, const double* coefficients, std::size_t columns,
                     double* margins) {
  auto sum = Columns<Width>::load(margins);
  for (std::size_t n = 0; n < row.count; ++n) {
    sum.add_product(widen(row.values[n]),
                    Columns<Width>::load(coefficients + row.columns[n] * columns));
  }
  sum.store(margins);
}

/// sums[columns[n], k] += factors[k] values[n], k < Width
template <std::size_t Width, class Value>
void add_weighted_row(Entries<Value> row, const double* factors, std::size_t columns,
                      double* sums) {
  const auto factor = Columns<Width>::load(factors);
  for (std::size_t n = 0; n < row.count; ++n) {
    double* entry_sums = sums + row.columns[n] * columns;
    auto sum = Columns<Width>::load(entry_sums);
    sum.add_product(widen(row.values[n]), factor);
    sum.store(entry_sums);
  }
}

template <class Value>
void add_margins(const SparseRows<Value>& rows, const double* coefficients, std::size_t columns,
                 double* margins) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for_column_chunks(columns, [&](std::size_t k, auto width) {
      add_row_margins<width>(entries(rows, i), coefficients + k, columns,
                             margins + i * columns + k);
    });
  }
}

template <class Value>
void add_weighted_rows(const SparseRows<Value>& rows, const double* factors, std::size_t columns,
                       double* sums) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for_column_chunks(columns, [&](std::size_t k, auto width) {
      add_weighted_row<width>(entries(rows, i), factors + i * columns + k, columns, sums + k);
    });
  }
}

}  // namespace mpilogit::kernels
