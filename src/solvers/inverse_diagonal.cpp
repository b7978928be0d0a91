#include "solvers/inverse_diagonal.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/error.hpp"
#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/algebra/preconditioner.hpp"

namespace mpilogit::solvers {

namespace {

// Of the energy ½ vᵀH⁻¹v.
constexpr double kUnsolved = 1e-6;

/// The same Hessian with another gradient: conjugate gradients then solve H d = right side.
class System final : public Point {
 public:
  System(const Point& point, std::vector<double> right_side)
      : point_(point), gradient_(std::move(right_side)) {
    for (double& component : gradient_) component = -component;
  }

  std::span<const double> coefficients() const override { return point_.coefficients(); }
  double value() const override { return point_.value(); }
  std::span<const double> gradient() const override { return gradient_; }
  void hessian_vector(std::span<const double> direction, std::span<double> product) const override {
    point_.hessian_vector(direction, product);
  }
  void hessian_diagonal(std::span<double> diagonal) const override {
    point_.hessian_diagonal(diagonal);
  }
  SymmetricMatrix hessian_matrix() const override { return point_.hessian_matrix(); }
  std::vector<SymmetricMatrix> hessian_blocks() const override { return point_.hessian_blocks(); }
  SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override {
    return point_.hessian_matrix(variables);
  }

 private:
  const Point& point_;
  std::vector<double> gradient_;
};

// The bits of std::mt19937_64 are laid down by the standard: the same everywhere.
std::vector<double> random_signs(std::mt19937_64& generator, std::size_t dimension) {
  std::vector<double> signs(dimension);
  for (double& sign : signs) sign = (generator() >> 63U) != 0 ? 1.0 : -1.0;
  return signs;
}

}  // namespace

InverseDiagonal estimate_inverse_diagonal(const Objective& objective, const Point& point,
                                          std::int64_t probes, std::uint64_t seed) {
  if (probes < 2) throw core::internal_failure("an estimate needs two probes");
  const std::size_t dimension = objective.dimension();
  const auto preconditioner = preconditioner_for(
      objective.hessian_matrix_kind(), point, {objective.classes(), objective.common_curvature()});
  InverseDiagonal result;
  result.diagonal.assign(dimension, 0.0);
  std::vector<double> squares(dimension, 0.0);
  std::mt19937_64 generator(seed);
  for (std::int64_t probe = 1; probe <= probes; ++probe) {
    const std::vector<double> signs = random_signs(generator, dimension);
    const NewtonModel solved =
        conjugate_gradient(System(point, signs), *preconditioner, {.relative = kUnsolved});
    result.products += solved.products;
    for (std::size_t j = 0; j < dimension; ++j) {  // Welford's running mean and squares
      const double term = signs[j] * solved.direction[j];
      const double before = term - result.diagonal[j];
      result.diagonal[j] += before / static_cast<double>(probe);
      squares[j] += before * (term - result.diagonal[j]);
    }
  }
  const double pairs = static_cast<double>(probes) * static_cast<double>(probes - 1);
  for (const double square : squares) result.standard_error.push_back(std::sqrt(square / pairs));
  std::vector<double> diagonal(dimension);
  point.hessian_diagonal(diagonal);
  for (std::size_t j = 0; j < dimension; ++j) {
    if (diagonal[j] > 0.0) result.diagonal[j] = std::max(result.diagonal[j], 1.0 / diagonal[j]);
  }
  return result;
}

}  // namespace mpilogit::solvers
