#include "statistics/covariance.hpp"

#include <cmath>

#include "solvers/cholesky.hpp"

namespace mpilogit::statistics {

namespace {

// Σ_p a_p b_p in lanes of a fixed number, so that the order does not hang on the compiler.
double dot(const double* a, const double* b, std::size_t size) {
  constexpr std::size_t kLanes = 8;
  double lanes[kLanes] = {};
  std::size_t p = 0;
  for (; p + kLanes <= size; p += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += a[p + lane] * b[p + lane];
  }
  double sum = 0.0;
  for (const double lane : lanes) sum += lane;
  for (; p < size; ++p) sum += a[p] * b[p];
  return sum;
}

std::vector<double> square(const solvers::SymmetricMatrix& matrix) {
  const std::size_t n = matrix.dimension;
  std::vector<double> whole(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      whole[j * n + k] = matrix(j, k);
      whole[k * n + j] = matrix(j, k);
    }
  }
  return whole;
}

}  // namespace

InverseInformation::InverseInformation(const solvers::SymmetricMatrix& information, double scale,
                                       std::size_t intercepts)
    : dimension_(information.dimension) {
  const solvers::Cholesky factor(information, intercepts);
  aliased_ = factor.aliased();
  root_ = factor.inverse_root();
  const double root_of_scale = std::sqrt(scale);
  for (double& element : root_) element /= root_of_scale;
}

// V_jj = Σ_p R_jp²
std::vector<double> InverseInformation::variances() const {
  std::vector<double> result;
  for (std::size_t j = 0; j < dimension_; ++j) {
    const double* row = &root_[j * dimension_];
    result.push_back(dot(row, row, dimension_));
  }
  return result;
}

// V_jk = Σ_p R_jp R_kp
std::vector<double> InverseInformation::matrix() const {
  std::vector<double> result(dimension_ * dimension_);
  for (std::size_t j = 0; j < dimension_; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      const double value = dot(&root_[j * dimension_], &root_[k * dimension_], dimension_);
      result[j * dimension_ + k] = value;
      result[k * dimension_ + j] = value;
    }
  }
  return result;
}

// T = B M, V = T B: both factors symmetric, so that rows meet rows.
std::vector<double> sandwich(std::span<const double> bread, const solvers::SymmetricMatrix& filling,
                             double factor) {
  const std::size_t n = filling.dimension;
  const std::vector<double> middle = square(filling);
  std::vector<double> half(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k < n; ++k) {
      half[j * n + k] = dot(&bread[j * n], &middle[k * n], n);
    }
  }
  std::vector<double> result(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      const double value = factor * dot(&half[j * n], &bread[k * n], n);
      result[j * n + k] = value;
      result[k * n + j] = value;
    }
  }
  return result;
}

std::vector<double> diagonal(std::span<const double> matrix, std::size_t dimension) {
  std::vector<double> result;
  for (std::size_t j = 0; j < dimension; ++j) result.push_back(matrix[j * dimension + j]);
  return result;
}

double hc1_factor(double rows, double parameters) {
  return rows / (rows - parameters);
}

double cluster_factor(double clusters, double rows, double parameters) {
  return clusters / (clusters - 1.0) * ((rows - 1.0) / (rows - parameters));
}

}  // namespace mpilogit::statistics
