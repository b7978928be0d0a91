#include <cmath>

#include "solvers/gradient_descent.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

const auto go_on = [](const Progress&) { return true; };

}  // namespace

TEST_CASE("lbfgs solves the extended Rosenbrock function") {
  const TestObjective objective(extended_rosenbrock(10), HessianMatrixKind::unaffordable);
  Vector start;
  for (int i = 0; i < 10; ++i) start.insert(start.end(), {-1.2, 1.0});
  const auto solution = lbfgs(objective, start, {1e-12, 500}, {}, go_on);
  CHECK(converged(solution.stop_reason));
  CHECK(solution.objective == Approx(1.0).epsilon(1e-11));
  for (const double w : solution.coefficients) CHECK(w == Approx(1.0).epsilon(1e-4));
}

TEST_CASE("lbfgs does not mind the units of the coefficients") {
  Vector curvatures(50);
  for (std::size_t j = 0; j < 50; ++j) curvatures[j] = std::pow(10.0, 0.4 * static_cast<double>(j));
  const TestObjective objective(quadratic(diagonal_matrix(curvatures), Vector(50, 1.0), 1.0));
  const auto solution = lbfgs(objective, Vector(50, 0.0), {1e-10, 50}, {}, go_on);
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  CHECK(solution.iterations <= 3);
}

TEST_CASE("lbfgs with more memory needs fewer iterations") {
  const auto function = quadratic(ill_conditioned_matrix(40, 1e4), Vector(40, 1.0), 1.0);
  const auto with = [&](std::size_t memory) {
    return lbfgs(TestObjective(function), Vector(40, 0.0), {1e-8, 5000}, {memory}, go_on);
  };
  const auto little = with(1);
  const auto much = with(30);
  CHECK(little.stop_reason == StopReason::tolerance_reached);
  CHECK(much.stop_reason == StopReason::tolerance_reached);
  CHECK(much.iterations < little.iterations);
}

TEST_CASE("Gradient descent finds the minimum of a tame quadratic") {
  const TestObjective objective(quadratic(ill_conditioned_matrix(10, 50.0), Vector(10, 1.0), 1.0));
  const auto solution = gradient_descent(objective, Vector(10, 0.0), {1e-8, 1000}, {}, go_on);
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  CHECK(solution.objective <= 1.0 + 1e-8);
}

TEST_CASE("A fixed learning rate takes exactly the textbook's steps") {
  const TestObjective objective(quadratic(diagonal_matrix({2.0}), {0.0}, 1.0));
  GradientDescentOptions options;
  options.learning_rate = 0.25;  // w ← w − 0.25 · 2 w = w / 2
  const auto solution = gradient_descent(objective, Vector{8.0}, {0.0, 3}, options, go_on);
  CHECK(solution.stop_reason == StopReason::iteration_limit);
  CHECK(solution.iterations == 3);
  CHECK(solution.coefficients[0] == 1.0);
}

TEST_CASE("A learning rate too large is told, and the best point is returned") {
  const TestObjective objective(quadratic(diagonal_matrix({2.0}), {0.0}, 1.0));
  GradientDescentOptions options;
  options.learning_rate = 1.5;  // w ← −2 w
  const auto solution = gradient_descent(objective, Vector{8.0}, {1e-8, 100}, options, go_on);
  CHECK(solution.stop_reason == StopReason::no_progress);
  CHECK(solution.coefficients[0] == 8.0);
}

TEST_CASE("A learning rate too small to change anything is not called converged") {
  const TestObjective objective(quadratic(diagonal_matrix({2.0}), {0.0}, 1.0));
  GradientDescentOptions options;
  options.learning_rate = 1e-18;
  const auto solution = gradient_descent(objective, Vector{8.0}, {0.0, 100}, options, go_on);
  CHECK(solution.stop_reason == StopReason::no_progress);
  CHECK(solution.estimated_gap == Approx(64.0 / 65.0).epsilon(1e-6));
}
