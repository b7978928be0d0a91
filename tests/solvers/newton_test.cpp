#include "solvers/newton.hpp"

#include <cmath>

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

Solution solve(const TestObjective& objective, const Vector& start, double tolerance = 1e-8,
               std::int64_t iterations = 100) {
  return newton(objective, {start}, {tolerance, iterations}, [](const Progress&) { return true; });
}

}  // namespace

TEST_CASE("A quadratic takes one Newton step, however ill-conditioned") {
  for (const double condition : {1.0, 1e4, 1e10}) {
    const TestObjective objective(
        quadratic(ill_conditioned_matrix(30, condition), Vector(30, 1.0), 2.0));
    const auto solution = solve(objective, Vector(30, -5.0));
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(solution.iterations <= 3);
    CHECK(solution.objective == Approx(2.0).epsilon(1e-14));
    for (const double w : solution.coefficients) CHECK(std::abs(w - 1.0) < 1e-14 * condition);
  }
}

TEST_CASE("All kinds of Hessian matrix lead to the same minimum") {
  for (const auto kind :
       {HessianMatrixKind::exact, HessianMatrixKind::sampled, HessianMatrixKind::unaffordable}) {
    const TestObjective objective(quadratic(ill_conditioned_matrix(40, 1e4), Vector(40, 1.0), 2.0),
                                  kind);
    const auto solution = solve(objective, Vector(40, 0.0));
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(solution.objective <= 2.0 * (1.0 + 1e-8));
  }
}

TEST_CASE("A logistic regression gets the coefficients worked by hand") {
  // One 0/1 column: x = 0 has 1 of 4 positive, x = 1 has 3 of 5. Intercept log(1/3), slope log(3/2)
  // − log(1/3).
  std::vector<Vector> rows;
  Vector labels{1, 0, 0, 0, 1, 1, 1, 0, 0};
  for (int i = 0; i < 9; ++i) rows.push_back({i < 4 ? 0.0 : 1.0});
  const TestObjective objective(logistic(rows, labels, 0.0));
  const auto solution = solve(objective, {0.0, 0.0});
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  CHECK(solution.coefficients[1] == Approx(std::log(1.0 / 3.0)).epsilon(1e-12));
  CHECK(solution.coefficients[0] == Approx(std::log(4.5)).epsilon(1e-12));
}

TEST_CASE("With a Hessian that is only like it the coefficients become as good") {
  for (const double factor : {1.8, 0.7}) {  // each step leaves 4/9 of the error, or turns 3/7 of it
    Function function = quadratic(ill_conditioned_matrix(6, 100.0), Vector(6, 1.0), 2.0);
    function.hessian = [factor](std::span<const double>) {
      SymmetricMatrix matrix = ill_conditioned_matrix(6, 100.0);
      for (double& element : matrix.triangle) element *= factor;
      return matrix;
    };
    TestObjective objective(function);
    objective.complete = false;
    objective.matrix_passes = 0.0;
    const auto solution = solve(objective, Vector(6, -5.0), 1e-9);
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    for (const double w : solution.coefficients) CHECK(std::abs(w - 1.0) < 1e-9);
  }
}

TEST_CASE("The default tolerance is good for coefficients to 1e-8, from wherever it stops") {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 60; ++i) {
    rows.push_back({std::sin(i * 1.7), 1e5 * std::cos(i * 0.9), 1e-3 * std::sin(i * i * 0.3)});
    labels.push_back(std::sin(i * 1.7) + std::cos(i * 2.3) > 0.2 ? 1.0 : 0.0);
  }
  const TestObjective objective(logistic(rows, labels, 0.0));
  const auto exact = solve(objective, Vector(4, 0.0), 1e-24);
  for (int start = 0; start < 20; ++start) {
    const auto solution = solve(objective, {0.15 * start, 0.0, 0.0, -0.1 * start});
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    for (std::size_t j = 0; j < 4; ++j) {
      CHECK(solution.coefficients[j] == Approx(exact.coefficients[j]).epsilon(1e-8));
    }
  }
}

TEST_CASE("Near the optimum steps take the last factor again") {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 80; ++i) {
    rows.push_back({std::sin(i * 1.7), std::cos(i * 0.9)});
    labels.push_back(std::sin(i * 1.7) + std::cos(i * 2.3) > 0.2 ? 1.0 : 0.0);
  }
  const auto matrices_and_steps = [&](double tolerance) {
    Function function = logistic(rows, labels, 0.0);
    int matrices = 0;
    function.hessian = [hessian = function.hessian, &matrices](std::span<const double> w) {
      ++matrices;
      return hessian(w);
    };
    const auto solution = solve(TestObjective(function), Vector(3, 0.0), tolerance);
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(solution.estimated_gap <= tolerance);
    return std::pair(matrices, solution.iterations);
  };
  const auto [matrices, steps] = matrices_and_steps(1e-10);
  CHECK(matrices >= 2);
  CHECK(matrices <= steps - 2);
  // A loose tolerance asks for the objective alone: no step more once the gap is small enough.
  CHECK(matrices_and_steps(1e-4).second <= steps - 2);
}

TEST_CASE("An old factor preconditions where a matrix is dear, and no longer where it is cheap") {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 200; ++i) {
    rows.push_back({std::sin(i * 1.7), std::cos(i * 0.9), std::sin(i * i * 0.31)});
    labels.push_back(2.0 * std::sin(i * 1.7) + std::cos(i * 2.3) > 0.2 ? 1.0 : 0.0);
  }
  const double minimum =
      solve(TestObjective(logistic(rows, labels, 1e-3)), Vector(4, 0.0), 1e-20).objective;
  const auto matrices_and_products = [&](double price) {
    TestObjective objective(logistic(rows, labels, 1e-3));
    objective.matrix_passes = price;
    const auto solution = solve(objective, Vector(4, 0.0), 1e-6);
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(solution.objective <= minimum * (1.0 + 1e-6));
    return std::pair(objective.matrices, objective.products);
  };
  const auto [cheap_matrices, no_products] = matrices_and_products(1.0);
  const auto [dear_matrices, products] = matrices_and_products(1000.0);
  CHECK(no_products == 0);
  CHECK(products > 0);
  CHECK(dear_matrices < cheap_matrices);
}

TEST_CASE("Aliased columns keep their start, the others reach the optimum") {
  std::vector<Vector> rows;
  Vector labels;
  std::vector<Vector> without;
  for (int i = 0; i < 40; ++i) {
    const double x = std::sin(i * 1.7);
    rows.push_back({x, 2.0 * x, 7.0});
    without.push_back({x});
    labels.push_back(i % 3 == 0 || x > 0.6 ? 1.0 : 0.0);
  }
  const auto solution = solve(TestObjective(logistic(rows, labels, 0.0)), Vector(4, 0.0));
  const auto plain = solve(TestObjective(logistic(without, labels, 0.0)), Vector(2, 0.0));
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  CHECK(solution.coefficients[0] == Approx(plain.coefficients[0]).epsilon(1e-10));
  CHECK(solution.coefficients[1] == 0.0);
  CHECK(solution.coefficients[2] == 0.0);
  CHECK(solution.coefficients[3] == Approx(plain.coefficients[1]).epsilon(1e-10));
}

TEST_CASE("Separable data end at the limit, with finite coefficients") {
  const TestObjective objective(logistic({{-2.0}, {-1.0}, {1.0}, {2.0}}, {0, 0, 1, 1}, 0.0));
  const auto solution = solve(objective, {0.0, 0.0}, 1e-8, 60);
  CHECK(solution.stop_reason == StopReason::iteration_limit);
  CHECK(solution.iterations == 60);
  CHECK(solution.objective < 1e-15);
  CHECK(std::isfinite(solution.coefficients[0]));
}

TEST_CASE("Negative curvature does not stop Newton with conjugate gradients") {
  const TestObjective objective(extended_rosenbrock(5), HessianMatrixKind::unaffordable);
  Vector start;
  for (int i = 0; i < 5; ++i) start.insert(start.end(), {-1.2, 1.0});
  const auto solution = solve(objective, start, 1e-12, 200);
  CHECK(converged(solution.stop_reason));
  CHECK(solution.objective == Approx(1.0).epsilon(1e-11));
  for (const double w : solution.coefficients) CHECK(w == Approx(1.0).epsilon(1e-4));
}

TEST_CASE("Newton keeps inside the domain") {
  for (const auto kind : {HessianMatrixKind::exact, HessianMatrixKind::unaffordable}) {
    const TestObjective objective(barrier(3), kind);
    const auto solution = solve(objective, {100.0, 0.01, 5.0});
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    for (const double w : solution.coefficients) CHECK(w == Approx(1.0).epsilon(1e-4));
  }
  CHECK(solve(TestObjective(barrier(1)), {-1.0}).stop_reason == StopReason::no_progress);
}
