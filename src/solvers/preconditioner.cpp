#include "solvers/preconditioner.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "solvers/cholesky.hpp"

namespace mpilogit::solvers {

namespace {

class MatrixPreconditioner final : public Preconditioner {
 public:
  explicit MatrixPreconditioner(const SymmetricMatrix& matrix)
      : factor_(matrix, matrix.dimension - 1) {}

  void apply(std::span<const double> vector, std::span<double> result) const override {
    factor_.solve(vector, result);
  }

 private:
  Cholesky factor_;
};

class DiagonalPreconditioner final : public Preconditioner {
 public:
  explicit DiagonalPreconditioner(std::vector<double> diagonal) : diagonal_(std::move(diagonal)) {}

  void apply(std::span<const double> vector, std::span<double> result) const override {
    for (std::size_t j = 0; j < vector.size(); ++j) result[j] = vector[j] / diagonal_[j];
  }

 private:
  std::vector<double> diagonal_;
};

// The median of the positive entries; 1 if there is none.
double typical_entry(const std::vector<double>& diagonal) {
  std::vector<double> positive;
  positive.reserve(diagonal.size());
  std::copy_if(diagonal.begin(), diagonal.end(), std::back_inserter(positive),
               [](double entry) { return entry > 0.0 && std::isfinite(entry); });
  if (positive.empty()) return 1.0;
  const auto middle = positive.begin() + static_cast<std::ptrdiff_t>(positive.size() / 2);
  std::nth_element(positive.begin(), middle, positive.end());
  return *middle;
}

// M_jj = √(d_j · median d), but within a factor of 10 of d_j. The diagonal itself makes much of
// rare columns, which matter little (text: a third more passes); the identity makes nothing of
// columns in small units. Half way between is good for both, and the bound keeps columns whose
// units differ by orders of magnitude in step.
void temper(std::vector<double>& diagonal) {
  constexpr double kMostTempering = 10.0;
  const double typical = typical_entry(diagonal);
  for (double& entry : diagonal) {
    if (!(entry > 0.0) || !std::isfinite(entry)) entry = typical;
    entry = std::clamp(std::sqrt(entry) * std::sqrt(typical), entry / kMostTempering,
                       entry * kMostTempering);
  }
}

}  // namespace

std::unique_ptr<Preconditioner> matrix_preconditioner(const Point& point) {
  return std::make_unique<MatrixPreconditioner>(point.hessian_matrix());
}

std::unique_ptr<Preconditioner> diagonal_preconditioner(const Point& point) {
  std::vector<double> diagonal(point.gradient().size());
  point.hessian_diagonal(diagonal);
  temper(diagonal);
  return std::make_unique<DiagonalPreconditioner>(std::move(diagonal));
}

}  // namespace mpilogit::solvers
