#include "mpilogit/kernels/weighted_gram.hpp"

#include <array>

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
void add_gram(const SparseRows<Value>& rows, const double* curvatures, double* triangle) {
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const Entries<Value> row = entries(rows, i);
    for (std::size_t n = 0; n < row.count; ++n) {
      const double factor = curvatures[i] * widen(row.values[n]);
      const std::size_t j = row.columns[n];
      double* triangle_row = triangle + triangle_size(j);
      // Columns ascend, so those up to the n-th are the ones with k ≤ j.
      for (std::size_t m = 0; m <= n; ++m) {
        triangle_row[row.columns[m]] += factor * widen(row.values[m]);
      }
    }
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

}  // namespace mpilogit::kernels
