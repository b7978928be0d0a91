// What proximal_newton and owlqn promise alike: minima under L1 penalties and in boxes, zeros and
// bounds that are exact.

#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/non_smooth_problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

const auto go_on = [](const Progress&) { return true; };
const std::vector<std::string> kSolvers{"proximal_newton", "owlqn"};

std::ptrdiff_t zeros(const Vector& w) {
  return std::count(w.begin(), w.end(), 0.0);
}

double largest_slope(const Function& function) {  // λ_max, with the intercept at its optimum
  Vector w(function.dimension, 0.0);
  for (int step = 0; step < 50; ++step) {
    w.back() -= function.gradient(w).back() / function.hessian(w)(w.size() - 1, w.size() - 1);
  }
  const Vector gradient = function.gradient(w);
  double largest = 0.0;
  for (std::size_t j = 0; j + 1 < w.size(); ++j) largest = std::max(largest, std::abs(gradient[j]));
  return largest;
}

}  // namespace

TEST_CASE("Without correlations each variable is a soft threshold, clamped, worked by hand") {
  // ½ h (w − m)²: minimum at centre + soft(m − centre, l1 / h), then into the box.
  const auto function = quadratic(diagonal_matrix({2.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1e6}),
                                  {3.0, -0.5, -2.0, 5.0, 5.0, 5.0, -5.0, 1.0}, 1.0);
  L1AndBounds l1_and_bounds = nothing(8);
  l1_and_bounds.l1 = {2.0, 1.0, 4.0, 1.0, kInfinity, 0.0, 2.0, 5e5};
  l1_and_bounds.centre = {0.0, 0.0, 0.0, 4.5, 0.25, 0.0, 1.0, 0.0};
  l1_and_bounds.upper[5] = 2.0;
  l1_and_bounds.lower[6] = -1.0;
  const Vector expected{2.0, 0.0, -1.0, 4.5, 0.25, 2.0, -1.0, 0.5};
  for (const auto& solver : kSolvers) {
    for (const double start : {0.0, 7.0, -7.0}) {
      INFO(solver << " from " << start);
      const TestObjective objective(function);
      const auto solution =
          solve_non_smooth(solver, objective, l1_and_bounds, Vector(8, start), {1e-12, 200}, go_on);
      REQUIRE(solution.stop_reason == StopReason::tolerance_reached);
      for (std::size_t j = 0; j < 8; ++j) {
        CHECK(solution.coefficients[j] == Approx(expected[j]).epsilon(1e-9));
      }
      CHECK(solution.coefficients[1] == 0.0);  // exactly
      CHECK(solution.coefficients[3] == 4.5);
      CHECK(solution.coefficients[4] == 0.25);
      CHECK(solution.coefficients[5] == 2.0);
      CHECK(solution.coefficients[6] == -1.0);
      CHECK(solution.objective ==
            Approx(composite_value(function, l1_and_bounds, solution.coefficients)).epsilon(1e-14));
      CHECK(solution.gradient_norm < 1e-3);  // of the smallest subgradient: 5e5 otherwise
    }
  }
}

TEST_CASE("Three variables: the objective of a brute force search") {
  const auto function = noisy_regression(2, 0.01);
  for (int shape = 0; shape < 4; ++shape) {
    L1AndBounds l1_and_bounds = lasso(3, shape < 2 ? 0.05 : 0.01);
    if (shape == 1) l1_and_bounds.upper = {kInfinity, 0.5, 0.02};
    if (shape == 2) l1_and_bounds.centre = {1.5, -0.25, 0.0};
    if (shape == 3) l1_and_bounds.lower = {2.5, -1.0, -kInfinity};
    const auto bounded = [&](const Vector& w) {
      Vector inside = w;
      double outside = 0.0;  // steep walls keep the search convex
      for (std::size_t j = 0; j < 3; ++j) {
        inside[j] = std::clamp(w[j], l1_and_bounds.lower[j], l1_and_bounds.upper[j]);
        outside += 10.0 * std::abs(w[j] - inside[j]);
      }
      return composite_value(function, l1_and_bounds, inside) + outside;
    };
    const double minimum = brute_force_minimum(bounded, 3, 8.0);
    for (const auto& solver : kSolvers) {
      INFO(solver << " " << shape);
      const TestObjective objective(function);
      const auto solution =
          solve_non_smooth(solver, objective, l1_and_bounds, Vector(3, 0.0), {1e-10, 200}, go_on);
      CHECK(solution.stop_reason == StopReason::tolerance_reached);
      CHECK(solution.objective == Approx(minimum).epsilon(1e-7));
      CHECK(solution.objective <= minimum * (1.0 + 1e-9));
      CHECK(steepest_fall(function, l1_and_bounds, solution.coefficients) < 1e-5);
    }
  }
}

TEST_CASE("From the smallest penalty without any variable, one comes in at a time") {
  const auto function = noisy_regression(12);
  const double most = largest_slope(function);
  for (const auto& solver : kSolvers) {
    INFO(solver);
    const TestObjective objective(function);
    const auto at = [&](double l1) {
      return solve_non_smooth(solver, objective, lasso(13, l1), Vector(13, 0.0), {1e-9, 200},
                              go_on);
    };
    CHECK(zeros(at(most * (1.0 + 1e-6)).coefficients) == 12);
    CHECK(zeros(at(3.0 * most).coefficients) == 12);
    CHECK(zeros(at(0.999 * most).coefficients) == 11);
  }
}

TEST_CASE("Along a path both solvers agree, cold or warm, and the conditions hold") {
  const auto function = noisy_regression(12, 1e-3);
  const double most = largest_slope(function);
  Vector warm(13, 0.0);
  for (const double fraction : {0.7, 0.3, 0.1, 0.03, 0.01, 0.003, 0.0}) {
    INFO(fraction);
    L1AndBounds l1_and_bounds = lasso(13, fraction * most);
    l1_and_bounds.lower[3] = 0.0;
    l1_and_bounds.upper[1] = 1.5;
    const TestObjective objective(function);
    const auto with = [&](const std::string& solver, const Vector& start, double tolerance) {
      const auto solution =
          solve_non_smooth(solver, objective, l1_and_bounds, start, {tolerance, 500}, go_on);
      CHECK(solution.stop_reason == StopReason::tolerance_reached);
      return solution;
    };
    const auto newton = with("proximal_newton", Vector(13, 0.0), 1e-9);
    const auto newton_warm = with("proximal_newton", warm, 1e-9);
    const auto quasi_newton = with("owlqn", Vector(13, 0.0), 1e-13);
    CHECK(steepest_fall(function, l1_and_bounds, newton.coefficients) < 1e-9);
    CHECK(newton.gradient_norm < 1e-9);
    CHECK(newton.objective ==
          Approx(composite_value(function, l1_and_bounds, newton.coefficients)).epsilon(1e-14));
    for (std::size_t j = 0; j < 13; ++j) {
      CHECK(newton.coefficients[j] == Approx(newton_warm.coefficients[j]).margin(1e-8));
      CHECK(newton.coefficients[j] == Approx(quasi_newton.coefficients[j]).margin(1e-6));
      CHECK((newton.coefficients[j] == 0.0) == (quasi_newton.coefficients[j] == 0.0));
    }
    CHECK(quasi_newton.objective == Approx(newton.objective).epsilon(1e-12));
    warm = newton.coefficients;
  }
}

TEST_CASE("The tolerance means the relative gap, with penalties and bounds") {
  const auto function = noisy_regression(12);
  L1AndBounds l1_and_bounds = lasso(13, 0.01);
  l1_and_bounds.upper[1] = 1.0;
  const TestObjective reference(function);
  const double optimum = solve_non_smooth("proximal_newton", reference, l1_and_bounds,
                                          Vector(13, 0.0), {1e-12, 200}, go_on)
                             .objective;
  for (const auto& solver : kSolvers) {
    for (const double tolerance : {1e-2, 1e-4, 1e-6, 1e-8}) {
      INFO(solver << " " << tolerance);
      const TestObjective objective(function);
      const auto solution = solve_non_smooth(solver, objective, l1_and_bounds, Vector(13, 0.0),
                                             {tolerance, 500}, go_on);
      REQUIRE(solution.stop_reason == StopReason::tolerance_reached);
      CHECK(solution.estimated_gap <= tolerance);
      CHECK((solution.objective - optimum) / optimum <= 3.0 * tolerance);
    }
  }
}

TEST_CASE("Steps after the tolerance make the coefficients better than it asks") {
  const auto function = noisy_regression(12);
  for (const auto& solver : kSolvers) {
    for (const double l1 : {0.05, 0.01, 0.002}) {
      INFO(solver << " " << l1);
      const TestObjective objective(function);
      const auto solution =
          solve_non_smooth(solver, objective, lasso(13, l1), Vector(13, 0.0), {1e-5, 500}, go_on);
      CHECK(solution.stop_reason == StopReason::tolerance_reached);
      CHECK(solution.estimated_gap <= 1e-7);
    }
  }
}

TEST_CASE("Copies, empty columns and constants change nothing about the objective") {
  std::vector<Vector> rows;
  std::vector<Vector> plain;
  Vector labels;
  for (int i = 0; i < 60; ++i) {
    const double x = std::sin(i * 1.7);
    const double y = std::cos(i * 0.9);
    plain.push_back({x, y});
    rows.push_back({x, x, 0.0, y, 3.0, x, -y});
    labels.push_back(x + y + 0.8 * std::cos(i * 2.3) > 0.2 ? 1.0 : 0.0);
  }
  const auto function = logistic(plain, labels, 0.0);
  const auto repeated = logistic(rows, labels, 0.0);
  for (const double l1 : {0.2, 0.02, 0.001}) {
    const TestObjective reference(function);
    const auto expected = solve_non_smooth("proximal_newton", reference, lasso(3, l1),
                                           Vector(3, 0.0), {1e-10, 200}, go_on);
    for (const auto& solver : kSolvers) {
      for (const double start : {0.0, 1.0}) {
        INFO(solver << " l1 " << l1 << " from " << start);
        const TestObjective objective(repeated);
        L1AndBounds l1_and_bounds = lasso(8, l1);
        const auto solution = solve_non_smooth(
            solver, objective, l1_and_bounds,
            {start, -start, start, start, start, start, start, 0.0}, {1e-10, 500}, go_on);
        CHECK(solution.stop_reason == StopReason::tolerance_reached);
        CHECK(solution.objective == Approx(expected.objective).epsilon(1e-9));
        CHECK(solution.coefficients[2] == 0.0);  // empty: only the penalty counts
        CHECK(std::abs(solution.coefficients[4]) < 1e-7);
      }
    }
  }
}

TEST_CASE("Columns correlated by 0.9999 are no obstacle") {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 100; ++i) {
    const double common = std::sin(i * 1.7);
    Vector row;
    for (int j = 0; j < 10; ++j) row.push_back(common + 0.01 * std::sin(i * (0.5 + j) + j));
    labels.push_back(common + row[3] - row[7] + std::cos(i * 2.3) > 0.1 ? 1.0 : 0.0);
    rows.push_back(std::move(row));
  }
  const auto function = logistic(rows, labels, 0.0);
  for (const double l1 : {1e-2, 1e-4, 1e-6}) {
    INFO(l1);
    const TestObjective objective(function);
    const auto newton = solve_non_smooth("proximal_newton", objective, lasso(11, l1),
                                         Vector(11, 0.0), {1e-9, 50}, go_on);
    CHECK(newton.stop_reason == StopReason::tolerance_reached);
    CHECK(steepest_fall(function, lasso(11, l1), newton.coefficients) < 1e-10);
    const auto quasi_newton =
        solve_non_smooth("owlqn", objective, lasso(11, l1), Vector(11, 0.0), {1e-9, 2000}, go_on);
    CHECK(quasi_newton.objective == Approx(newton.objective).epsilon(1e-8));
  }
}

TEST_CASE("Softmax over all classes: zeros by class, and the mean of the intercepts stays") {
  std::vector<Vector> rows;
  std::vector<std::size_t> labels;
  for (int i = 0; i < 90; ++i) {
    rows.push_back({std::sin(i * 1.7), std::cos(i * 0.9), std::sin(i * 0.3)});
    const double score = rows.back()[0] + 2.0 * rows.back()[1] + std::cos(3.1 * i);
    labels.push_back(score > 1.0 ? 2U : (score > -0.5 ? 1U : 0U));
  }
  const auto function = softmax(rows, labels, 3, 0.0);
  Vector start(12, 0.0);
  start[9] = 0.3;  // intercepts: of mean 0.2
  start[10] = 0.1;
  start[11] = 0.2;
  const L1AndBounds l1_and_bounds = lasso(12, 0.02, 3);
  const Shape shape{3, {0.0, 0.0, 0.0, 0.0}};
  Vector objectives;
  for (const auto& solver : kSolvers) {
    INFO(solver);
    const TestObjective objective(function, HessianMatrixKind::exact, shape);
    const auto solution =
        solve_non_smooth(solver, objective, l1_and_bounds, start, {1e-11, 500}, go_on);
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(steepest_fall(function, l1_and_bounds, solution.coefficients) < 1e-6);
    CHECK(zeros(solution.coefficients) >= 3);
    objectives.push_back(solution.objective);
    if (solver == "owlqn") continue;
    const Vector& w = solution.coefficients;
    CHECK(w[9] + w[10] + w[11] == Approx(0.6).epsilon(1e-10));
  }
  CHECK(objectives[0] == Approx(objectives[1]).epsilon(1e-9));
}

TEST_CASE("Without penalty and bounds it is Newton's minimum") {
  const auto function = quadratic(ill_conditioned_matrix(30, 1e8), Vector(30, 1.0), 2.0);
  for (const auto& solver : kSolvers) {
    INFO(solver);
    const TestObjective objective(function);
    const auto solution =
        solve_non_smooth(solver, objective, nothing(30), Vector(30, -5.0), {1e-9, 500}, go_on);
    CHECK(solution.stop_reason == StopReason::tolerance_reached);
    CHECK(solution.objective == Approx(2.0).epsilon(1e-9));
  }
}

TEST_CASE("Monitor, limits and starts, as all solvers have them") {
  const auto function = noisy_regression(6);
  for (const auto& solver : kSolvers) {
    INFO(solver);
    L1AndBounds l1_and_bounds = lasso(7, 0.001);
    l1_and_bounds.upper[0] = 0.5;
    l1_and_bounds.l1[2] = kInfinity;
    std::vector<std::int64_t> seen;
    const TestObjective objective(function);
    const auto stopped =
        solve_non_smooth(solver, objective, l1_and_bounds, Vector(7, 1.0), {0.0, 100},
                         [&](const Progress& progress) {
                           seen.push_back(progress.iteration);
                           CHECK((progress.step_length == 0.0) == (progress.iteration == 0));
                           return progress.iteration < 2;
                         });
    CHECK(stopped.stop_reason == StopReason::asked_to_stop);
    CHECK(seen == std::vector<std::int64_t>{0, 1, 2});

    const auto limited =
        solve_non_smooth(solver, objective, l1_and_bounds, Vector(7, 1.0), {1e-300, 0}, go_on);
    CHECK(limited.stop_reason == StopReason::iteration_limit);
    CHECK(limited.coefficients == Vector{0.5, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0});

    const auto full =
        solve_non_smooth(solver, objective, l1_and_bounds, Vector(7, 1.0), {0.0, 500}, go_on);
    CHECK(converged(full.stop_reason));
    CHECK(full.gradient_norm < 1e-7);

    const auto outside = solve_non_smooth(solver, TestObjective(barrier(2)), nothing(2),
                                          Vector(2, -1.0), {1e-8, 10}, go_on);
    CHECK(outside.stop_reason == StopReason::no_progress);
    const auto inside = solve_non_smooth(solver, TestObjective(barrier(2)), lasso(2, 0.5, 0),
                                         Vector{100.0, 0.01}, {1e-10, 100}, go_on);
    const double root = 0.25 * (std::sqrt(17.0) - 1.0);  // x − 1/x + ½ = 0
    CHECK(inside.stop_reason == StopReason::tolerance_reached);
    CHECK(inside.coefficients[0] == Approx(root).epsilon(1e-5));
    CHECK(inside.coefficients[1] == Approx(root).epsilon(1e-5));
  }
}

TEST_CASE("Non-smooth solvers give the same bits every time") {
  for (const auto& solver : kSolvers) {
    const auto run = [&] {
      const TestObjective objective(noisy_regression(12));
      return solve_non_smooth(solver, objective, lasso(13, 0.01), Vector(13, 0.0), {1e-9, 500},
                              go_on);
    };
    const auto first = run();
    const auto second = run();
    CHECK(first.coefficients == second.coefficients);
    CHECK(first.iterations == second.iterations);
  }
}
