#include "solvers/inverse_diagonal.hpp"

#include <cmath>

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

TEST_CASE("Of a diagonal matrix one knows the inverse's diagonal at once") {
  const TestObjective objective(quadratic(diagonal_matrix({1.0, 4.0, 0.25}), {0, 0, 0}, 0.0));
  const auto point = objective.evaluate(Vector{1.0, 1.0, 1.0});
  const auto estimate = estimate_inverse_diagonal(objective, *point, 2, 7);
  CHECK(estimate.diagonal[0] == Approx(1.0).epsilon(1e-10));
  CHECK(estimate.diagonal[1] == Approx(0.25).epsilon(1e-10));
  CHECK(estimate.diagonal[2] == Approx(4.0).epsilon(1e-10));
  for (const double error : estimate.standard_error) CHECK(error == Approx(0.0).margin(1e-10));
}

// (H⁻¹)_jj = 1 + ρ² / (1 − ρ²) for pairs of variables with correlation ρ.
TEST_CASE("The estimate lies within its errors of the truth, and they shrink with the probes") {
  constexpr std::size_t n = 40;
  constexpr double kCorrelation = 0.6;
  SymmetricMatrix matrix(n);
  for (std::size_t j = 0; j < n; ++j) matrix(j, j) = 1.0;
  for (std::size_t j = 1; j < n; j += 2) matrix(j, j - 1) = kCorrelation;
  const double truth = 1.0 / (1.0 - kCorrelation * kCorrelation);
  for (const auto kind : {HessianMatrixKind::exact, HessianMatrixKind::unaffordable}) {
    const TestObjective objective(quadratic(matrix, Vector(n, 0.0), 0.0), kind);
    const auto point = objective.evaluate(Vector(n, 1.0));
    const auto few = estimate_inverse_diagonal(objective, *point, 50, 1);
    const auto many = estimate_inverse_diagonal(objective, *point, 5000, 1);
    // Each probe is off by ±ρ / (1 − ρ²), with the sign of the product of two signs.
    const double spread = kCorrelation * truth;
    for (std::size_t j = 0; j < n; ++j) {
      CHECK(many.standard_error[j] == Approx(spread / std::sqrt(5000.0)).epsilon(0.02));
      CHECK(std::fabs(many.diagonal[j] - truth) < 4.5 * many.standard_error[j]);
      CHECK(few.standard_error[j] > 5.0 * many.standard_error[j]);
      CHECK(few.diagonal[j] >= 1.0);
    }
    CHECK(many.products >= 5000);
  }
}
