#pragma once
// Compressed rows, a row or a tile at a time.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// The entries of one row. Without `values` all are the rows' `common`.
template <class Value>
struct Entries {
  const Value* values;
  ColumnNumbers columns;
  std::size_t count;
};

template <class Value>
Entries<Value> entries(const SparseRows<Value>& rows, std::size_t row) {
  const std::size_t begin = rows.start(row);
  return {rows.values == nullptr ? nullptr : rows.values + begin, rows.columns.from(begin),
          rows.start(row + 1) - begin};
}

/// Rows first … first + count − 1, in place.
template <class Value>
SparseRows<Value> part_of(const SparseRows<Value>& rows, std::size_t first, std::size_t count) {
  const std::size_t begin = rows.start(first);
  SparseRows<Value> part = rows;
  if (rows.values != nullptr) part.values += begin;
  part.columns = rows.columns.from(begin);
  if (rows.starts != nullptr) part.starts += first;
  part.rows = count;
  return part;
}

/// Rows of a tile, by the mean length: enough for what each tile costs, and for long rows to take
/// turns, but so few that the second reading finds short rows in the first-level cache and long
/// ones in the second.
template <class Value>
std::size_t sparse_tile_rows(const SparseRows<Value>& rows) {
  constexpr std::size_t tile_entries = 8192;
  const std::size_t mean = rows.start(rows.rows) / std::max<std::size_t>(rows.rows, 1);
  return std::clamp<std::size_t>(tile_entries / std::max<std::size_t>(mean, 1) / 8 * 8, 16, 128);
}

/// visitor(first row, tile) for tiles of rows, in order.
template <class Value, class Visitor>
void for_tiles_of(const SparseRows<Value>& rows, Visitor&& visitor) {
  const std::size_t tile_rows = sparse_tile_rows(rows);
  for (std::size_t first = 0; first < rows.rows; first += tile_rows) {
    visitor(first, part_of(rows, first, std::min(tile_rows, rows.rows - first)));
  }
}

}  // namespace mpilogit::kernels
