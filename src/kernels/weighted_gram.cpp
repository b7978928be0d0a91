#include "mpilogit/kernels/weighted_gram.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "kernels/dense_loops.hpp"
#include "kernels/sparse_loops.hpp"
#include "kernels/visit_rows.hpp"

namespace mpilogit::kernels {

namespace {

/// Row j of the triangle is the weighted sum of the rows' first j + 1 entries, with the factors
/// c_i x_ij.
template <std::size_t Group>
void add_group_gram(const double* values, std::size_t features, const double* curvatures,
                    double* triangle) {
  std::array<double, Group> factors;
  for (std::size_t j = 0; j < features; ++j) {
    for (std::size_t r = 0; r < Group; ++r) factors[r] = curvatures[r] * values[r * features + j];
    add_group_rows<Group>(values, features, factors.data(), triangle + triangle_size(j), j + 1);
  }
}

void add_gram(const DenseRows<double>& rows, const double* curvatures, double* triangle) {
  for_groups(rows.rows, [&](std::size_t i, auto size) {
    add_group_gram<size>(rows.values + i * rows.features, rows.features, curvatures + i, triangle);
  });
}

template <class Value>
void add_row_gram(Entries<Value> row, double curvature, double* triangle) {
  for (std::size_t n = 0; n < row.count; ++n) {
    const double factor = curvature * widen(row.values[n]);
    const std::size_t j = row.columns[n];
    double* triangle_row = triangle + triangle_size(j);
    // Columns ascend, so those up to the n-th are the ones with k ≤ j.
    for (std::size_t m = 0; m <= n; ++m) {
      triangle_row[row.columns[m]] += factor * widen(row.values[m]);
    }
  }
}

template <class Value>
void add_gram(const SparseRows<Value>& rows, const double* curvatures, double* triangle) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (curvatures[i] == 0) continue;  // a row that a fold leaves out
    add_row_gram(entries(rows, i), curvatures[i], triangle);
  }
}

/// add_gram over tiles of the columns `chosen` alone.
template <class Value>
void add_chosen_gram(const DenseRows<Value>& rows, std::span<const std::uint32_t> chosen,
                     const double* curvatures, double* triangle) {
  const std::size_t tile_rows = std::min(dense_tile_rows(chosen.size()), rows.rows);
  std::vector<double> tile(tile_rows * chosen.size());
  for (std::size_t first = 0; first < rows.rows; first += tile_rows) {
    const std::size_t count = std::min(tile_rows, rows.rows - first);
    for (std::size_t i = 0; i < count; ++i) {
      const Value* values = rows.values + (first + i) * rows.features;
      double* tile_row = tile.data() + i * chosen.size();
      for (std::size_t c = 0; c < chosen.size(); ++c) tile_row[c] = widen(values[chosen[c]]);
    }
    add_gram(DenseRows<double>{tile.data(), count, chosen.size()}, curvatures + first, triangle);
  }
}

template <class Value>
void add_chosen_gram(const SparseRows<Value>& rows, std::span<const std::uint32_t> chosen,
                     const double* curvatures, double* triangle) {
  // One more than the feature's place among the chosen; 0 for the others.
  std::vector<std::uint32_t> places(rows.features, 0);
  for (std::uint32_t c = 0; c < chosen.size(); ++c) places[chosen[c]] = c + 1;
  std::vector<double> values;
  std::vector<std::uint32_t> columns;
  for (std::size_t i = 0; i < rows.rows; ++i) {
    if (curvatures[i] == 0) continue;
    const Entries<Value> row = entries(rows, i);
    values.clear();
    columns.clear();
    for (std::size_t n = 0; n < row.count; ++n) {
      const std::uint32_t place = places[row.columns[n]];
      if (place == 0) continue;
      values.push_back(widen(row.values[n]));
      columns.push_back(place - 1);
    }
    add_row_gram(Entries<double>{values.data(), columns.data(), values.size()}, curvatures[i],
                 triangle);
  }
}

}  // namespace

void add_weighted_gram(const AnyRows& rows, std::span<const double> curvatures,
                       std::span<double> triangle) {
  visit_rows(rows, [&](const auto& view) {
    for_tiles_of(view, [&](std::size_t first, const auto& tile) {
      add_gram(tile, curvatures.data() + first, triangle.data());
    });
  });
}

void add_weighted_gram(const AnyRows& rows, std::span<const std::uint32_t> chosen,
                       std::span<const double> curvatures, std::span<double> triangle) {
  if (chosen.size() == feature_count(rows)) {
    add_weighted_gram(rows, curvatures, triangle);
    return;
  }
  visit_rows(rows, [&](const auto& view) {
    add_chosen_gram(view, chosen, curvatures.data(), triangle.data());
  });
}

}  // namespace mpilogit::kernels
