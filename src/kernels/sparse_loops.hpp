#pragma once
// Compressed rows, a row or a tile at a time.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mpilogit/kernels/rows.hpp"

namespace mpilogit::kernels {

/// The entries of one row. Without `values` all are the rows' `common`.
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
  return {rows.values == nullptr ? nullptr : rows.values + begin, rows.columns + begin,
          static_cast<std::size_t>(count)};
}

/// Rows first … first + count − 1, in place.
template <class Value>
SparseRows<Value> part_of(const SparseRows<Value>& rows, std::size_t first, std::size_t count) {
  const std::int64_t begin = rows.starts[first] - rows.starts[0];
  SparseRows<Value> part = rows;
  if (rows.values != nullptr) part.values += begin;
  part.columns += begin;
  part.starts += first;
  part.rows = count;
  return part;
}

/// Rows of a tile: so many that columns and values of rows of mean length take half of a
/// first-level cache of 32 KiB, at least two groups of 8.
template <class Value>
std::size_t sparse_tile_rows(const SparseRows<Value>& rows) {
  constexpr std::size_t tile_entries = 2048;
  const auto all = static_cast<std::size_t>(rows.starts[rows.rows] - rows.starts[0]);
  const std::size_t mean = all / std::max<std::size_t>(rows.rows, 1);
  return std::clamp<std::size_t>(tile_entries / std::max<std::size_t>(mean, 1) / 8 * 8, 16, 512);
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
