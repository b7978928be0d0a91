#pragma once
// The two loops over dense rows for several columns at once: a group of rows times a chunk of
// columns is what the registers hold.

#include <cstddef>

#include "kernels/column_chunks.hpp"
#include "kernels/dense_loops.hpp"

namespace mpilogit::kernels {

/// margins[r, k] += Σ_j values[r, j] coefficients[j, k], r < Group, k < Width
template <std::size_t Group, std::size_t Width>
void add_group_margins(const double* values, std::size_t features, const double* coefficients,
                       std::size_t columns, double* margins) {
  Columns<Width> sums[Group];
  for (std::size_t r = 0; r < Group; ++r) sums[r] = Columns<Width>::load(margins + r * columns);
  for (std::size_t j = 0; j < features; ++j) {
    const auto coefficient = Columns<Width>::load(coefficients + j * columns);
    for (std::size_t r = 0; r < Group; ++r) {
      sums[r].add_product(values[r * features + j], coefficient);
    }
  }
  for (std::size_t r = 0; r < Group; ++r) sums[r].store(margins + r * columns);
}

/// sums[j, k] += Σ_r factors[r, k] values[r, j], r < Group, k < Width
template <std::size_t Group, std::size_t Width>
void add_group_rows(const double* values, std::size_t features, const double* factors,
                    std::size_t columns, double* sums) {
  Columns<Width> factor[Group];
  for (std::size_t r = 0; r < Group; ++r) factor[r] = Columns<Width>::load(factors + r * columns);
  for (std::size_t j = 0; j < features; ++j) {
    auto sum = Columns<Width>::load(sums + j * columns);
    for (std::size_t r = 0; r < Group; ++r) {
      sum.add_product(values[r * features + j], factor[r]);
    }
    sum.store(sums + j * columns);
  }
}

/// tile(first row, std::integral_constant of the rows, first column, std::integral_constant of the
/// columns) for all rows and columns. Few columns leave registers for more rows.
template <class Visitor>
void for_row_and_column_groups(std::size_t rows, std::size_t columns, Visitor&& tile) {
  for_column_chunks(columns, [&](std::size_t k, auto width) {
    for_groups<(width > 2 ? 4 : dense_group)>(
        rows, [&](std::size_t i, auto group) { tile(i, group, k, width); });
  });
}

inline void add_margins(const DenseRows<double>& rows, const double* coefficients,
                        std::size_t columns, double* margins) {
  for_row_and_column_groups(
      rows.rows, columns, [&](std::size_t i, auto group, std::size_t k, auto width) {
        add_group_margins<group, width>(rows.values + i * rows.features, rows.features,
                                        coefficients + k, columns, margins + i * columns + k);
      });
}

inline void add_weighted_rows(const DenseRows<double>& rows, const double* factors,
                              std::size_t columns, double* sums) {
  for_row_and_column_groups(
      rows.rows, columns, [&](std::size_t i, auto group, std::size_t k, auto width) {
        add_group_rows<group, width>(rows.values + i * rows.features, rows.features,
                                     factors + i * columns + k, columns, sums + k);
      });
}

}  // namespace mpilogit::kernels
