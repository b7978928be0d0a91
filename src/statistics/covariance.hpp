#pragma once
// Covariance matrices of estimates, from the information and, where that is not trusted, from the
// products of the scores.

#include <cstddef>
#include <span>
#include <vector>

#include "solvers/cholesky.hpp"

namespace mpilogit::statistics {

/// The inverse of an information matrix over n variables, of which some may be aliased: those have
/// rows and columns of zeros in everything that is made of it.
class InverseInformation {
 public:
  /// `information`: ∇² of the negative log-likelihood over `scale`; the variables from `intercepts`
  /// on are eliminated first, so that features are aliased rather than they. Cost: n³/2 products,
  /// 3 n² / 2 doubles.
  InverseInformation(const solvers::SymmetricMatrix& information, double scale,
                     std::size_t intercepts);

  std::size_t dimension() const { return dimension_; }
  const std::vector<std::size_t>& aliased() const { return aliased_; }  ///< ascending

  /// diag I⁻¹. Cost: n² products.
  std::vector<double> variances() const;

  /// I⁻¹ (n × n, row-major). Cost: n³/2 products.
  std::vector<double> matrix() const;

 private:
  std::size_t dimension_;
  std::vector<std::size_t> aliased_;
  std::vector<double> root_;  // I⁻¹ = R Rᵀ
};

/// The sandwich V = factor · B M B of bread B (n × n, row-major, symmetric) and filling M.
/// Source: P. J. Huber (1967); H. White, "A heteroskedasticity-consistent covariance matrix"
/// (1980). Cost: 3 n³/2 products.
std::vector<double> sandwich(std::span<const double> bread, const solvers::SymmetricMatrix& filling,
                             double factor);

/// The diagonal of an n × n matrix.
std::vector<double> diagonal(std::span<const double> matrix, std::size_t dimension);

/// n / (n − k): what HC1 multiplies HC0 by. n > k.
double hc1_factor(double rows, double parameters);

/// G / (G − 1) · (n − 1) / (n − k) for G > 1 clusters, as Stata and statsmodels. n > k.
double cluster_factor(double clusters, double rows, double parameters);

}  // namespace mpilogit::statistics
