#include "solvers/gap/self_concordance.hpp"

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

// ½ (w − m)ᵀ(w − m): at 0 the gap is ½ mᵀm, and λ = √(mᵀm), κ ≤ 2.
TEST_CASE("The bound by the curvature is there where H is known well enough") {
  const SymmetricMatrix matrix = diagonal_matrix({1.0, 1.0});
  TestObjective objective(quadratic(matrix, {0.01, 0.02}, 1.0));
  const Cholesky factor(matrix, 1);
  const Vector zero = {0.0, 0.0};
  const auto point = objective.evaluate(zero);
  const auto bound = [&] { return self_concordant_bound(objective, *point, factor, zero); };
  CHECK_FALSE(bound());  // nothing is known of the loss
  objective.l2 = zero;
  objective.entries = {1.0, 1.0};
  objective.largest = {1.0, 1.0};
  REQUIRE(bound());
  CHECK(*bound() >= 2.5e-4);
  CHECK(*bound() <= 2.5e-4 * 1.02);
  objective.largest = {1.0, 1e13};  // rounding of 1e13 · 2⁻⁵⁰ is not small beside 1
  CHECK_FALSE(bound());
  objective.largest = {1.0, 1.0};
  objective.entries = {20.0, 1.0};  // a = 21 · 0.022
  CHECK(bound());
  objective.entries = {30.0, 1.0};
  CHECK_FALSE(bound());
  objective.entries = {1.0, 1.0};
  objective.complete = false;
  CHECK_FALSE(bound());
}
