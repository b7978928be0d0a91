#pragma once
// The Gram matrix of compressed rows that are already widened.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mpilogit::kernels {

/// Some rows: entries ends[i − 1] (0 for the first) … ends[i] are row i, columns ascending.
struct SparseGramRows {
  std::vector<std::uint32_t> columns;
  std::vector<double> values;
  std::vector<std::size_t> ends;
  std::vector<double> curvatures;

  void clear() {
    columns.clear();
    values.clear();
    ends.clear();
    curvatures.clear();
  }
};

/// triangle[j, k] += Σ_i (c_i x_ij) x_ik, ascending i, fused. Cost: entries²/2 per row.
void add_sparse_gram(const SparseGramRows& rows, double* triangle);

}  // namespace mpilogit::kernels
