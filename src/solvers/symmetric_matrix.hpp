#pragma once
// A dense symmetric matrix, as its packed lower triangle.

#include <cstddef>
#include <vector>

namespace mpilogit::solvers {

struct SymmetricMatrix {
  std::size_t dimension = 0;
  std::vector<double> triangle;  ///< element (j, k), k ≤ j, at j (j + 1) / 2 + k

  SymmetricMatrix() = default;
  explicit SymmetricMatrix(std::size_t n) : dimension(n), triangle(n * (n + 1) / 2, 0.0) {}

  double& operator()(std::size_t j, std::size_t k) { return triangle[j * (j + 1) / 2 + k]; }
  double operator()(std::size_t j, std::size_t k) const { return triangle[j * (j + 1) / 2 + k]; }
};

}  // namespace mpilogit::solvers
