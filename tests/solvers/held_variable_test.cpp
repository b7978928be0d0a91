#include "solvers/held_variable.hpp"

#include <cmath>

#include "solvers/lbfgs.hpp"
#include "solvers/newton.hpp"
#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

// ½ wᵀA w with A = [[2, 1, 0], [1, 3, 1], [0, 1, 1]] around (1, 2, 3).
Function coupled() {
  SymmetricMatrix matrix(3);
  matrix(0, 0) = 2.0;
  matrix(1, 0) = 1.0;
  matrix(1, 1) = 3.0;
  matrix(2, 1) = 1.0;
  matrix(2, 2) = 1.0;
  return quadratic(matrix, {1.0, 2.0, 3.0}, 5.0);
}

}  // namespace

// With w_1 = 2 + t: 2 (w_0 − 1) + t = 0 and t + (w_2 − 3) = 0.
TEST_CASE("A held variable stays and the others reach their optimum beside it") {
  for (const auto kind :
       {HessianMatrixKind::exact, HessianMatrixKind::sampled, HessianMatrixKind::unaffordable}) {
    const TestObjective inner(coupled(), kind);
    const HeldVariable held(inner, 1);
    const Limits limits{.tolerance = 1e-15, .max_iterations = 100};
    const auto solution =
        newton(held, {{0.0, 2.5, 0.0}, HUGE_VAL, {}}, limits, [](const Progress&) { return true; });
    CHECK(converged(solution.stop_reason));
    CHECK(solution.coefficients[1] == 2.5);
    CHECK(solution.coefficients[0] == Approx(0.75).epsilon(1e-7));
    CHECK(solution.coefficients[2] == Approx(2.5).epsilon(1e-7));
  }
}

TEST_CASE("All that a solver may ask leaves the held variable out") {
  const TestObjective inner(coupled());
  const HeldVariable held(inner, 1);
  const auto point = held.evaluate(Vector{0.0, 0.0, 0.0});
  CHECK(point->value() == inner.evaluate(Vector{0.0, 0.0, 0.0})->value());
  CHECK(point->gradient()[1] == 0.0);
  CHECK(point->gradient()[0] == inner.evaluate(Vector{0.0, 0.0, 0.0})->gradient()[0]);
  Vector product(3);
  point->hessian_vector(Vector{1.0, 5.0, 1.0}, product);
  CHECK(product == Vector{2.0, 0.0, 1.0});
  Vector diagonal(3);
  point->hessian_diagonal(diagonal);
  CHECK(diagonal == Vector{2.0, 0.0, 1.0});
  const SymmetricMatrix matrix = point->hessian_matrix();
  CHECK(matrix.triangle == Vector{2.0, 0.0, 0.0, 0.0, 0.0, 1.0});
  const std::vector<std::size_t> two = {0, 1};
  CHECK(point->hessian_matrix(two).triangle == Vector{2.0, 0.0, 0.0});
  const std::vector<std::size_t> without = {0, 2};
  CHECK(point->hessian_matrix(without).triangle == Vector{2.0, 0.0, 1.0});
}
