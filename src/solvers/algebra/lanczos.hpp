#pragma once
// What conjugate gradients tell about the spectrum of M⁻¹H.

#include <vector>

namespace mpilogit::solvers {

/// The Lanczos matrix of conjugate gradients: tridiagonal, with the coefficients of step k = 0, 1,
/// …
///     T_kk = 1/α_k + β_{k−1}/α_{k−1},   T_k,k+1 = √β_k / α_k
class LanczosMatrix {
 public:
  /// α of this step, and the β that led to it (0 for the first).
  void append(double alpha, double beta);

  /// Its smallest eigenvalue within a part in 2^20, by bisection; 1 if it is empty. Cost: O(steps).
  double smallest_eigenvalue() const;

 private:
  bool has_eigenvalue_below(double x) const;

  std::vector<double> diagonal_;
  std::vector<double> off_diagonal_squared_;  // (k−1, k)
  double last_alpha_ = 1.0;
};

}  // namespace mpilogit::solvers
