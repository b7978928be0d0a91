#pragma once
// The two loops over dense rows. Rows of any type are first widened, tile by tile, in the order in
// which they lie in memory: each entry is converted once, and the loops need no types. Both loops
// take several rows at once, which changes no order of sums: margins because rows are independent,
// row sums because each column still ascends over the rows.

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "mpilogit/kernels/rows.hpp"

#include "kernels/widen.hpp"

namespace mpilogit::kernels {

/// As many chains of additions as hide the latency of one.
constexpr std::size_t dense_group = 8;

/// Rows of a tile: as many groups as leave half of a first-level cache of 32 KiB to the rows as
/// stored, at least one.
constexpr std::size_t dense_tile_rows(std::size_t features) {
  constexpr std::size_t tile_entries = 2048;
  const std::size_t groups = tile_entries / (dense_group * std::max<std::size_t>(features, 1));
  return dense_group * std::clamp<std::size_t>(groups, 1, 32);
}

/// visitor(first row, tile) for tiles of widened rows, in order.
template <class Value, class Visitor>
void for_tiles_of(const DenseRows<Value>& rows, Visitor&& visitor) {
  const std::size_t features = rows.features;
  const std::size_t tile_rows = std::min(dense_tile_rows(features), rows.rows);
  std::vector<double> widened(tile_rows * features);
  for (std::size_t first = 0; first < rows.rows; first += tile_rows) {
    const std::size_t count = std::min(tile_rows, rows.rows - first);
    const Value* values = rows.values + first * features;
    for (std::size_t n = 0; n < count * features; ++n) widened[n] = widen(values[n]);
    visitor(first, DenseRows<double>{widened.data(), count, features});
  }
}

/// margins[r] += Σ_j values[r · features + j] coefficients[j], r < Group
template <std::size_t Group>
void add_group_margins(const double* values, std::size_t features, const double* coefficients,
                       double* margins) {
  std::array<double, Group> sums;
  for (std::size_t r = 0; r < Group; ++r) sums[r] = margins[r];
  for (std::size_t j = 0; j < features; ++j) {
    for (std::size_t r = 0; r < Group; ++r) {
      sums[r] += values[r * features + j] * coefficients[j];
    }
  }
  for (std::size_t r = 0; r < Group; ++r) margins[r] = sums[r];
}

/// sums[j] += Σ_r factors[r] values[r · features + j], r < Group, for j < width
template <std::size_t Group>
void add_group_rows(const double* values, std::size_t features, const double* factors, double* sums,
                    std::size_t width) {
  std::array<double, Group> factor;
  for (std::size_t r = 0; r < Group; ++r) factor[r] = factors[r];
  for (std::size_t j = 0; j < width; ++j) {
    double sum = sums[j];
    for (std::size_t r = 0; r < Group; ++r) sum += factor[r] * values[r * features + j];
    sums[j] = sum;
  }
}

/// group(first row, std::integral_constant of the group's size) for whole groups, then single rows.
template <std::size_t Group = dense_group, class Visitor>
void for_groups(std::size_t rows, Visitor&& group) {
  std::size_t i = 0;
  for (; i + Group <= rows; i += Group) {
    group(i, std::integral_constant<std::size_t, Group>());
  }
  for (; i < rows; ++i) group(i, std::integral_constant<std::size_t, 1>());
}

inline void add_margins(const DenseRows<double>& rows, const double* coefficients,
                        double* margins) {
  for_groups(rows.rows, [&](std::size_t i, auto size) {
    add_group_margins<size>(rows.values + i * rows.features, rows.features, coefficients,
                            margins + i);
  });
}

inline void add_weighted_rows(const DenseRows<double>& rows, const double* factors, double* sums) {
  for_groups(rows.rows, [&](std::size_t i, auto size) {
    add_group_rows<size>(rows.values + i * rows.features, rows.features, factors + i, sums,
                         rows.features);
  });
}

}  // namespace mpilogit::kernels
