#pragma once
// The Gram matrix of dense rows of the types that loops work on.

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// How many rows at once: with their products by the curvatures they fill half of a second-level
/// cache, and a panel of them half of a first-level one.
inline std::size_t dense_gram_tile_rows(std::size_t features) {
  constexpr std::size_t cached_entries = std::size_t{1} << 16;
  return std::clamp(cached_entries / (2 * features), std::size_t{16}, std::size_t{96});
}

/// Memory for panels that calls share, at the start of a cache line: whole vectors lie in one.
class Panels {
 public:
  double* of_size(std::size_t size) {
    constexpr std::size_t line = 64;
    if (memory_.size() < size + line / sizeof(double)) {
      memory_.resize(size + line / sizeof(double));
    }
    void* start = memory_.data();
    std::size_t space = memory_.size() * sizeof(double);
    return static_cast<double*>(std::align(line, size * sizeof(double), start, space));
  }

 private:
  std::vector<double> memory_;
};

struct DenseGramWorkspace {
  Panels entries;   // x_ij
  Panels products;  // c_i x_ij likewise
};

/// triangle[j, k] += Σ_i (c_i x_ij) x_ik, ascending i, fused. At most dense_gram_tile_rows rows.
void add_dense_gram(const DenseRows<float>& tile, const double* curvatures, double* triangle,
                    DenseGramWorkspace& workspace);
void add_dense_gram(const DenseRows<double>& tile, const double* curvatures, double* triangle,
                    DenseGramWorkspace& workspace);

}  // namespace mpilogit::kernels
