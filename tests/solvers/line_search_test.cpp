#include "solvers/steps/line_search.hpp"

#include <cmath>

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

TestObjective parabola() {
  return TestObjective(quadratic(diagonal_matrix({1.0}), {1.0}, 1.0));
}

}  // namespace

TEST_CASE("A good first step costs one evaluation and no line") {
  const auto objective = parabola();
  const auto from = objective.evaluate(Vector{0.0});
  const auto step = line_search(objective, *from, Vector{1.0});
  CHECK(step.outcome == StepOutcome::improved);
  CHECK(step.length == 1.0);
  CHECK(objective.evaluations == 2);
  CHECK(objective.line_samples == 0);
}

TEST_CASE("Steps too long and too short are brought near the minimum with one more evaluation") {
  for (const double scale : {1e6, 100.0, 2.5, 0.01, 1e-4}) {
    const auto objective = parabola();
    const auto from = objective.evaluate(Vector{0.0});
    const auto step = line_search(objective, *from, Vector{scale});
    REQUIRE(step.outcome == StepOutcome::improved);
    CHECK(std::abs(step.point->coefficients()[0] - 1.0) <= 0.1001);
    CHECK(step.point->coefficients()[0] == Approx(step.length * scale));
    CHECK(objective.evaluations == 3);
    CHECK(objective.line_samples > 0);
  }
}

TEST_CASE("Where F is not finite the step is shortened") {
  const TestObjective objective(barrier(1));
  const auto from = objective.evaluate(Vector{2.0});
  const auto step = line_search(objective, *from, Vector{-500.0});
  REQUIRE(step.outcome == StepOutcome::improved);
  CHECK(step.point->value() < from->value());
  CHECK(step.point->coefficients()[0] > 0.0);
}

TEST_CASE("No descent direction, or nothing finite: failed") {
  const auto objective = parabola();
  const auto from = objective.evaluate(Vector{0.0});
  CHECK(line_search(objective, *from, Vector{-1.0}).outcome == StepOutcome::failed);
  CHECK(line_search(objective, *from, Vector{std::nan("")}).outcome == StepOutcome::failed);
  const auto at_minimum = objective.evaluate(Vector{1.0});
  CHECK(line_search(objective, *at_minimum, Vector{1.0}).outcome == StepOutcome::stuck);
}

TEST_CASE("At rounding level the slope decides") {
  // F = 1 + 1e-20 …, with a value that rounding makes rise on the way to the minimum.
  auto function = quadratic(diagonal_matrix({1.0}), {0.0}, 1.0);
  function.value = [](std::span<const double> w) {
    return std::abs(w[0]) < 5e-11 ? 1.0 + 1e-15 : 1.0;
  };
  const TestObjective objective(function);
  const auto from = objective.evaluate(Vector{1e-10});
  const auto step = line_search(objective, *from, Vector{-1e-10});
  CHECK(step.outcome == StepOutcome::flat);
  REQUIRE(step.point);
  CHECK(std::abs(step.point->coefficients()[0]) < 1e-20);

  // A slope that does not shrink is no descent: nothing left to gain here.
  function.gradient = [](std::span<const double> w) {
    return Vector{w[0] == 1e-10 ? 1e-10 : -1e-9};
  };
  const TestObjective noise(function);
  const auto start = noise.evaluate(Vector{1e-10});
  CHECK(line_search(noise, *start, Vector{-1e-10}).outcome == StepOutcome::stuck);
}

TEST_CASE("A function that falls for ever ends the search") {
  const Function slope{1, [](std::span<const double> w) { return -w[0]; },
                       [](std::span<const double>) { return Vector{-1.0}; },
                       [](std::span<const double>) { return SymmetricMatrix(1); }};
  const TestObjective objective(slope);
  const auto from = objective.evaluate(Vector{0.0});
  const auto step = line_search(objective, *from, Vector{1.0});
  CHECK(step.outcome == StepOutcome::improved);
  CHECK(objective.line_samples <= 60);
}
