#include "solvers/proximal_newton.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/non_smooth_problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

const auto go_on = [](const Progress&) { return true; };

Solution solve(const TestObjective& objective, const L1AndBounds& l1_and_bounds,
               double screening = 1.0, double tolerance = 1e-9) {
  return proximal_newton(objective, l1_and_bounds, Vector(objective.dimension(), 0.0),
                         {tolerance, 100}, {screening}, go_on);
}

// Variable j wants to leave 0 for j < active.
Function many(std::size_t dimension, std::size_t active) {
  Vector minimum(dimension, 0.0);
  for (std::size_t j = 0; j < active; ++j) minimum[j] = 2.0 + 1e-3 * static_cast<double>(j);
  return quadratic(diagonal_matrix(Vector(dimension, 1.0)), minimum, 1.0);
}

}  // namespace

TEST_CASE("Only what moves or must move is in the matrix") {
  const TestObjective objective(many(300, 20));
  const auto solution = solve(objective, lasso(300, 1.0, 0));
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  REQUIRE_FALSE(objective.matrix_sizes.empty());
  for (const std::size_t size : objective.matrix_sizes) CHECK(size == 20);
}

TEST_CASE("Where many want to move, the worst are let in first") {
  const TestObjective objective(many(700, 650));
  const auto solution = solve(objective, lasso(700, 1.0, 0));
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  REQUIRE(objective.matrix_sizes.size() >= 3);
  CHECK(objective.matrix_sizes[0] == 200);
  CHECK(objective.matrix_sizes[1] == 400);
  CHECK(objective.matrix_sizes[2] == 650);
  for (std::size_t j = 0; j < 650; ++j) {
    CHECK(solution.coefficients[j] == Approx(1.0 + 1e-3 * static_cast<double>(j)));
  }
}

TEST_CASE("The worst are the first in, and a gap that leaves others out is not believed") {
  const TestObjective objective(many(700, 650));
  const auto solution =
      proximal_newton(objective, lasso(700, 1.0, 0), Vector(700, 0.0), {1e-9, 1}, {}, go_on);
  for (std::size_t j = 0; j < 700; ++j) {
    CHECK((solution.coefficients[j] != 0.0) == (j >= 450 && j < 650));
  }
  auto lifted = many(1700, 1700);  // so high that the gap of any part is small against it
  const auto value = lifted.value;
  lifted.value = [value](std::span<const double> w) { return value(w) + 1e7; };
  const TestObjective high(lifted, HessianMatrixKind::exact, {1, {}, 2000});
  const auto all = solve(high, lasso(1700, 1.0, 0), 1.0, 0.1);
  CHECK(all.stop_reason == StopReason::tolerance_reached);
  CHECK(std::count(all.coefficients.begin(), all.coefficients.end(), 0.0) == 0);
}

TEST_CASE("Screening lets more into the first matrix, and never changes the answer") {
  const auto function = noisy_regression(12);
  const TestObjective plain(function);
  const auto expected = solve(plain, lasso(13, 0.05));
  const TestObjective screened(function);
  const auto solution = solve(screened, lasso(13, 0.05), 0.0);
  CHECK(screened.matrix_sizes[0] == 13);
  CHECK(plain.matrix_sizes[0] < 13);
  for (std::size_t j = 0; j < 13; ++j) {
    CHECK(solution.coefficients[j] == Approx(expected.coefficients[j]).margin(1e-9));
  }
}

TEST_CASE("The default tolerance is good for coefficients to 1e-8, with the right zeros") {
  const auto function = noisy_regression(12);
  for (const double l1 : {0.05, 0.005, 0.0005}) {
    const TestObjective objective(function);
    const auto solution = solve(objective, lasso(13, l1));
    const auto exact = solve(objective, lasso(13, l1), 1.0, 1e-15);
    for (std::size_t j = 0; j < 13; ++j) {
      CHECK(solution.coefficients[j] == Approx(exact.coefficients[j]).epsilon(1e-8));
      CHECK((solution.coefficients[j] == 0.0) == (exact.coefficients[j] == 0.0));
    }
    CHECK(solution.iterations < 15);
  }
}

TEST_CASE("A loose tolerance still leaves no variable at 0 that wants to leave it") {
  const auto function = noisy_regression(12);
  for (const double l1 : {0.05, 0.02, 0.005, 0.002}) {
    INFO(l1);
    const TestObjective objective(function);
    const auto solution = solve(objective, lasso(13, l1), 1.0, 0.05);
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    const Vector gradient = function.gradient(solution.coefficients);
    for (std::size_t j = 0; j < 12; ++j) {
      if (solution.coefficients[j] == 0.0) CHECK(std::abs(gradient[j]) <= l1 * (1.0 + 1e-7));
    }
  }
}

TEST_CASE("A matrix that is not affordable is owlqn's, without a gap in the iterations") {
  const auto function = noisy_regression(12);
  const auto after = [](const Function& smooth, std::size_t affordable) {
    const L1AndBounds l1_and_bounds = lasso(smooth.dimension, 0.005);
    const auto expected = solve(TestObjective(smooth), l1_and_bounds);
    const TestObjective objective(smooth, HessianMatrixKind::exact, {1, {}, affordable});
    std::vector<std::int64_t> seen;
    const auto solution = proximal_newton(objective, l1_and_bounds, Vector(smooth.dimension, 0.0),
                                          {1e-10, 200}, {}, [&](const Progress& progress) {
                                            seen.push_back(progress.iteration);
                                            return true;
                                          });
    CHECK(converged(solution.stop_reason));
    CHECK(solution.objective == Approx(expected.objective).epsilon(1e-9));
    CHECK(solution.iterations == seen.back());
    for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == static_cast<std::int64_t>(i));
    return objective.matrix_sizes.size();
  };
  CHECK(after(function, 0) == 0);          // at once
  CHECK(after(many(700, 650), 300) == 1);  // after one step with 201 variables

  // The limit counts across both.
  const TestObjective limited(function, HessianMatrixKind::exact, {1, {}, 0});
  CHECK(proximal_newton(limited, lasso(13, 0.005), Vector(13, 0.0), {1e-12, 3}, {}, go_on)
            .iterations == 3);
}

TEST_CASE("Nearly separable data in wild units reach the optimum under any penalty") {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 200; ++i) {
    Vector row;
    for (int j = 0; j < 8; ++j) {
      row.push_back(std::pow(10.0, j % 4) *
                    (std::sin(i * (1.3 + j)) > 0.9 ? 1.0 + 50.0 * (i % 7) : 0.0));
    }
    const double score = 3.0 * std::sin(i * 0.77);
    row.push_back(score);
    labels.push_back(score + (i % 50 == 0 ? -1.0 : 0.01 * row[0]) > 0.0 ? 1.0 : 0.0);
    rows.push_back(std::move(row));
  }
  const auto function = logistic(rows, labels, 0.0);
  for (const double l1 : {1e-3, 1e-5, 1e-7}) {
    INFO(l1);
    const TestObjective objective(function);
    const auto solution = solve(objective, lasso(10, l1));
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(steepest_fall(function, lasso(10, l1), solution.coefficients) < 1e-8);
  }
}

TEST_CASE("Where H is nothing but rounding, no gap is believed, and owlqn helps out") {
  // Margins of hundreds on the wrong side: weights of 1e-100 and less.
  for (const std::size_t features : {3U, 6U, 12U}) {
    const auto function = noisy_regression(features);
    Vector start(features + 1);
    for (std::size_t j = 0; j <= features; ++j) {
      start[j] = j % 3 == 0 ? -300.0 : (j % 3 == 1 ? 150.0 : 300.0);
    }
    for (const double l1 : {1e-2, 1e-3, 1e-5}) {
      INFO(features << " " << l1);
      const TestObjective objective(function);
      const L1AndBounds l1_and_bounds = lasso(features + 1, l1);
      const auto expected = solve(objective, l1_and_bounds);
      const auto solution =
          proximal_newton(objective, l1_and_bounds, start, {1e-9, 200}, {}, go_on);
      CHECK(solution.stop_reason == StopReason::tolerance_reached);
      CHECK(solution.objective == Approx(expected.objective).epsilon(1e-9));
    }
  }
}

TEST_CASE("A slope along which H is 0 to rounding counts in the gap") {
  // ½ (a + b)² + √(1 + (a − b)²) / 10: far out only the slope of the second term is left, and the
  // model's minimum, a + b = 0, knows nothing of it.
  const auto u = [](std::span<const double> w) { return w[0] - w[1]; };
  const auto value = [=](std::span<const double> w) {
    return 0.5 * (w[0] + w[1]) * (w[0] + w[1]) + 0.1 * std::hypot(1.0, u(w));
  };
  const auto gradient = [=](std::span<const double> w) {
    const double slope = 0.1 * u(w) / std::hypot(1.0, u(w));
    return Vector{w[0] + w[1] + slope, w[0] + w[1] - slope};
  };
  const auto hessian = [=](std::span<const double> w) {
    const double curvature = 0.1 * std::pow(std::hypot(1.0, u(w)), -3.0);
    SymmetricMatrix h(2);
    h(0, 0) = h(1, 1) = 1.0 + curvature;
    h(1, 0) = 1.0 - curvature;
    return h;
  };
  const TestObjective objective({2, value, gradient, hessian});
  const auto solution =
      proximal_newton(objective, nothing(2), Vector{5e4, -4.9e4}, {1e-9, 200}, {}, go_on);
  CHECK(converged(solution.stop_reason));
  CHECK(solution.objective == Approx(0.1).epsilon(1e-8));
}
