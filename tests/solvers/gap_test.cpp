// What is told of the distance from the optimum, where curvature says little or nothing of it.

#include <cmath>
#include <string>

#include "solvers/cholesky.hpp"
#include "solvers/gap/progress.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/newton.hpp"
#include "solvers/problems.hpp"
#include "solvers/steps/damped_newton.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

const auto go_on = [](const Progress&) { return true; };

// Rows of ten values with labels that overlap.
Function ten_rows() {
  return logistic({{-3}, {-2}, {-1}, {0}, {1}, {2}, {3}, {4}, {-2}, {2}},
                  {0, 0, 0, 1, 0, 1, 1, 1, 1, 0}, 0.0);
}
constexpr double kOptimum = 0.5876185666818;  // by Newton in numpy

}  // namespace

// H = [1 1; 1 1]: of two equal columns the later one is left out.
TEST_CASE("What a factor leaves out counts if it is more than rounding") {
  SymmetricMatrix matrix(2);
  matrix(0, 0) = matrix(1, 0) = matrix(1, 1) = 1.0;
  const Cholesky factor(matrix, 2);
  REQUIRE(factor.aliased() == std::vector<std::size_t>{1});
  CHECK(factor.left_out(Vector{0.5, 0.5}, {}) == 0.0);
  CHECK(factor.left_out(Vector{0.5, 0.75}, {}) == Approx(0.25 * 0.25 / 2e-16));
  // δ_1 + 1 · δ_0 of the 0.25 are rounding.
  const Vector rounding{0.05, 0.1};
  CHECK(factor.left_out(Vector{0.5, 0.75}, {{}, rounding}) == Approx(0.01 / 2e-16));
  CHECK(factor.left_out(Vector{0.5, 0.75}, {}, Cholesky::Part::vanished) == 0.0);
  const auto directions = factor.left_out_directions();
  REQUIRE(directions.size() == 1);
  CHECK(directions[0].direction == Vector{-1.0, 1.0});
  CHECK(directions[0].curvature == 1.0);
}

TEST_CASE("A variable without curvature counts by the largest that it can have") {
  SymmetricMatrix matrix(2);
  matrix(0, 0) = 1.0;
  const Cholesky factor(matrix, 2);
  const Vector largest{1.0, 4.0};
  CHECK(factor.left_out(Vector{1.0, 0.0}, {largest, {}}) == 0.0);
  CHECK(factor.left_out(Vector{1.0, 2.0}, {largest, {}}) == Approx(4.0 / (2.0 * 4.0 * 0x1p-50)));
  CHECK(factor.left_out_directions().empty());
}

TEST_CASE("Precision reached is a success within the tolerance or F's own rounding only") {
  CHECK(at_rounding_level(1e-9, 1e-9) == StopReason::precision_reached);
  CHECK(at_rounding_level(1e-11, 1e-12) == StopReason::no_progress);
  CHECK(at_rounding_level(3e-15, 0.0) == StopReason::precision_reached);
  CHECK(at_rounding_level(1e-14, 0.0) == StopReason::no_progress);
}

// Margins of up to 3,500 on both sides: every weight is 0 in doubles.
TEST_CASE("Solvers find their way from where there is no curvature") {
  for (const auto kind : {HessianMatrixKind::exact, HessianMatrixKind::unaffordable}) {
    for (const Vector& start :
         {Vector{1000.0, 500.0}, Vector{-1000.0, 500.0}, Vector{0.0, -800.0}}) {
      INFO(static_cast<int>(kind) << " from " << start[0]);
      TestObjective objective(ten_rows(), kind);
      objective.largest = {0.25 * 5.2, 0.25};  // ¼ Σ x² / 10
      const auto by_newton = newton(objective, {start}, {1e-9, 200}, go_on);
      CHECK(by_newton.stop_reason == StopReason::tolerance_reached);
      CHECK(by_newton.objective == Approx(kOptimum).epsilon(1e-8));
      const auto by_lbfgs = lbfgs(objective, start, {1e-9, 1000}, {}, go_on);
      CHECK(by_lbfgs.stop_reason == StopReason::tolerance_reached);
      CHECK(by_lbfgs.objective == Approx(kOptimum).epsilon(1e-8));
    }
  }
}

TEST_CASE("Damping begins, grows where steps are short and ends where it is not needed") {
  Damping damping;
  CHECK_FALSE(damping.on());
  REQUIRE(damping.raise());
  const double first = damping.value();
  damping.adapt(0.1, true);
  CHECK(damping.value() == 10.0 * first);
  damping.adapt(1.0, true);
  damping.adapt(1.0, true);
  CHECK(damping.value() < first);
  damping.adapt(1.0, false);
  CHECK_FALSE(damping.on());
  int raised = 0;
  while (damping.raise()) ++raised;
  CHECK(raised < 10);
}
