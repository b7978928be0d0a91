#pragma once
// The same two loops over compressed rows.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mpilogit/kernels/rows.hpp"

#include "kernels/widen.hpp"

namespace mpilogit::kernels {

/// The entries of one row.
template <class Value>
struct Entries {
  const Value* values;
  const std::uint32_t* columns;
  std::size_t count;
};

template <class Value>
Entries<Value> entries(const SparseRows<Value>& rows, std::size_t row) {
  const std::int64_t begin = rows.starts[row] - rows.starts[0];
  const std::int64_t count = rows.starts[row + 1] - rows.starts[row];
  return {rows.values + begin, rows.columns + begin, static_cast<std::size_t>(count)};
}

/// visitor(first row, tile) for tiles of rows, in order.
template <class Value, class Visitor>
void for_tiles_of(const SparseRows<Value>& rows, Visitor&& visitor) {
  constexpr std::size_t tile_rows = 256;
  for (std::size_t first = 0; first < rows.rows; first += tile_rows) {
    const std::size_t count = std::min(tile_rows, rows.rows - first);
    const std::int64_t begin = rows.starts[first] - rows.starts[0];
    visitor(first, SparseRows<Value>{rows.values + begin, rows.columns + begin, rows.starts + first,
                                     count, rows.features});
  }
}

template <class Value>
void add_margins(const SparseRows<Value>& rows, const double* coefficients, double* margins) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const Entries<Value> row = entries(rows, i);
    double sum = margins[i];
    for (std::size_t n = 0; n < row.count; ++n) {
      sum += widen(row.values[n]) * coefficients[row.columns[n]];
    }
    margins[i] = sum;
  }
}

template <class Value>
void add_weighted_rows(const SparseRows<Value>& rows, const double* factors, double* sums) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const Entries<Value> row = entries(rows, i);
    const double factor = factors[i];
    for (std::size_t n = 0; n < row.count; ++n) {
      sums[row.columns[n]] += factor * widen(row.values[n]);
    }
  }
}

}  // namespace mpilogit::kernels
