#include "solvers/steps/piecewise_quadratic.hpp"

#include <cmath>
#include <limits>

#include "solvers/non_smooth_problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Kink> kinks_of(const L1AndBounds& l1_and_bounds) {
  std::vector<Kink> kinks;
  for (std::size_t j = 0; j < l1_and_bounds.l1.size(); ++j)
    kinks.push_back(kink_of(l1_and_bounds, j));
  return kinks;
}

PiecewiseQuadratic::Minimum minimise(const Function& function, const L1AndBounds& l1_and_bounds,
                                     const Vector& w, int factorisations = 1000) {
  const PiecewiseQuadratic model(function.hessian(w), kinks_of(l1_and_bounds), w.size());
  return model.minimise(w, function.gradient(w), factorisations);
}

// Gaussian noise is not needed: any columns in general position.
SymmetricMatrix gram(std::size_t rows, std::size_t columns) {
  SymmetricMatrix matrix(columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::size_t k = 0; k <= j; ++k) {
        const auto x = [&](std::size_t c) {
          return std::sin(static_cast<double>((i + 1) * (3 * c + 7)) * 0.37 +
                          static_cast<double>(c * c));
        };
        matrix(j, k) += x(j) * x(k);
      }
    }
  }
  return matrix;
}

}  // namespace

TEST_CASE("The model's minimum satisfies its conditions, decrease and slope are right") {
  for (const std::size_t n : {1U, 5U, 40U}) {
    Vector minimum;
    for (std::size_t j = 0; j < n; ++j)
      minimum.push_back(std::sin(3.0 * static_cast<double>(j) + 1.0));
    const auto function = quadratic(gram(2 * n + 3, n), minimum, 1.0);
    for (const double l1 : {0.0, 0.5, 5.0}) {
      for (const double start : {0.0, 0.7}) {
        INFO(n << " " << l1 << " " << start);
        L1AndBounds l1_and_bounds = lasso(n, l1, 0);
        for (std::size_t j = 0; j < n; j += 3) l1_and_bounds.lower[j] = -0.1;
        const Vector w(n, start);
        const auto found = minimise(function, l1_and_bounds, w);
        CHECK(found.exact);
        CHECK(steepest_fall(function, l1_and_bounds, found.x) < 1e-10);
        const double before = composite_value(function, l1_and_bounds, w);
        const double after = composite_value(function, l1_and_bounds, found.x);
        CHECK(found.decrease == Approx(before - after).epsilon(1e-9).margin(1e-12));
        CHECK(found.slope <= -found.decrease + 1e-12);
      }
    }
  }
}

TEST_CASE("More columns than rows: a minimum among many") {
  Vector minimum(30, 0.0);
  for (std::size_t j = 0; j < 6; ++j) minimum[5 * j] = j % 2 == 0 ? 2.0 : -1.0;
  const auto function = quadratic(gram(10, 30), minimum, 1.0);
  for (const double l1 : {1.0, 0.01, 1e-5}) {
    for (const double start : {0.0, 1.0}) {
      INFO(l1 << " " << start);
      const auto found = minimise(function, lasso(30, l1, 0), Vector(30, start));
      CHECK(found.exact);
      CHECK(steepest_fall(function, lasso(30, l1, 0), found.x) < 1e-8);
    }
  }
}

TEST_CASE("Two copies of opposite signs move along their plain until one is 0") {
  // ½ (x₀ + x₁ − 1)² + 0.1 (|x₀| + |x₁|) from (5, −4): on x₀ + x₁ = 1 only the penalty falls. The
  // minimum is x₀ + x₁ = 0.9, both ≥ 0.
  SymmetricMatrix ones(2);
  ones(0, 0) = ones(1, 0) = ones(1, 1) = 1.0;
  const auto function = quadratic(ones, {1.0, 0.0}, 1.0);
  const auto found = minimise(function, lasso(2, 0.1, 0), {5.0, -4.0});
  CHECK(found.exact);
  CHECK(found.x[0] + found.x[1] == Approx(0.9).epsilon(1e-12));
  CHECK(found.x[1] >= 0.0);
  CHECK(found.decrease == Approx(0.9 - 0.095).epsilon(1e-12));
}

TEST_CASE("A variable without curvature goes to its rest, or stays") {
  const auto function = quadratic(diagonal_matrix({0.0, 1.0, 0.0}), {0.0, 2.0, 0.0}, 0.0);
  L1AndBounds l1_and_bounds = lasso(3, 0.5, 0);
  l1_and_bounds.l1[2] = 0.0;
  const auto found = minimise(function, l1_and_bounds, {3.0, 0.0, 4.0});
  CHECK(found.x == Vector{0.0, 1.5, 4.0});
}

TEST_CASE("Too few factorisations are told") {
  const auto function = quadratic(gram(50, 40), Vector(40, 1.0), 1.0);
  const auto found = minimise(function, lasso(40, 3.0, 0), Vector(40, 0.0), 1);
  CHECK_FALSE(found.exact);
  CHECK(found.decrease > 0.0);
  CHECK(composite_value(function, lasso(40, 3.0, 0), found.x) <
        composite_value(function, lasso(40, 3.0, 0), Vector(40, 0.0)));
}

TEST_CASE("The smallest subgradient, case by case") {
  const Kink kink{1.0, 0.0, -2.0, 2.0};
  CHECK(kink.smallest_subgradient(1.0, 0.5) == 1.5);
  CHECK(kink.smallest_subgradient(-1.0, 0.5) == -0.5);
  CHECK(kink.smallest_subgradient(0.0, 0.5) == 0.0);
  CHECK(kink.smallest_subgradient(0.0, 3.0) == 2.0);
  CHECK(kink.smallest_subgradient(0.0, -3.0) == -2.0);
  CHECK(kink.smallest_subgradient(2.0, -3.0) == 0.0);  // pushed against the upper bound
  CHECK(kink.smallest_subgradient(2.0, 3.0) == 4.0);
  CHECK(kink.smallest_subgradient(-2.0, 3.0) == 0.0);
  CHECK(kink.smallest_subgradient(-2.0, -3.0) == -4.0);
  CHECK(Kink{1.0, 0.0, 0.0, 2.0}.smallest_subgradient(0.0, 3.0) == 0.0);
  CHECK(Kink{1.0, 0.0, 0.0, 2.0}.smallest_subgradient(0.0, -3.0) == -2.0);
  CHECK(Kink{kInfinity, 0.0, -2.0, 2.0}.smallest_subgradient(0.0, 3.0) == 0.0);
  CHECK(kink.first_stop(1.0, -3.0) == 0.0);
  CHECK(kink.first_stop(0.0, -3.0) == -2.0);
  CHECK(kink.first_stop(-1.0, -1.5) == -1.5);
}
