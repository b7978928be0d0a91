#pragma once
// The Gram matrix of dense rows of the types that loops work on.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "mpilogit/kernels/rows.hpp"

namespace mpilogit::kernels {

/// How many rows at once: with their products by the curvatures they fill half of a second-level
/// cache, and a panel of them half of a first-level one.
inline std::size_t dense_gram_tile_rows(std::size_t features) {
  constexpr std::size_t cached_entries = std::size_t{1} << 16;
  return std::clamp(cached_entries / (2 * features), std::size_t{16}, std::size_t{96});
}

/// Memory that calls share.
struct DenseGramWorkspace {
  std::vector<double> entries;   // x_ij in panels
  std::vector<double> products;  // c_i x_ij likewise
};

/// triangle[j, k] += Σ_i (c_i x_ij) x_ik, ascending i, fused. At most dense_gram_tile_rows rows.
void add_dense_gram(const DenseRows<float>& tile, const double* curvatures, double* triangle,
                    DenseGramWorkspace& workspace);
void add_dense_gram(const DenseRows<double>& tile, const double* curvatures, double* triangle,
                    DenseGramWorkspace& workspace);

}  // namespace mpilogit::kernels
