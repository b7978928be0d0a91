#include "solvers/algebra/conjugate_gradient.hpp"

#include <cmath>

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

TEST_CASE("Conjugate gradients find Newton's direction and decrement") {
  const std::size_t n = 20;
  const Vector minimum(n, 1.0);
  const TestObjective objective(quadratic(ill_conditioned_matrix(n, 100.0), minimum, 3.0));
  const auto point = objective.evaluate(Vector(n, 0.0));
  const auto preconditioner = diagonal_preconditioner(*point);
  const auto model = conjugate_gradient(*point, *preconditioner, {1e-14, 0.0, 0.0});
  for (const double component : model.direction) CHECK(component == Approx(1.0).epsilon(1e-6));
  CHECK(model.decrease == Approx(point->value() - 3.0).epsilon(1e-10));
  CHECK(model.products <= static_cast<std::int64_t>(2 * n));
}

TEST_CASE("Conjugate gradients stop at the decrease asked for") {
  const std::size_t n = 60;
  const TestObjective objective(quadratic(ill_conditioned_matrix(n, 1e6), Vector(n, 1.0), 3.0));
  const auto point = objective.evaluate(Vector(n, 0.0));
  const auto preconditioner = diagonal_preconditioner(*point);
  const double gap = point->value() - 3.0;
  const auto loose = conjugate_gradient(*point, *preconditioner, {0.3, 0.0, 0.0});
  const auto tight = conjugate_gradient(*point, *preconditioner, {1e-3, 0.0, 0.0});
  CHECK(loose.products < tight.products);
  CHECK(tight.decrease == Approx(gap).epsilon(0.01));

  // A gap within the target is believed only of a bound.
  const auto small = conjugate_gradient(*point, *preconditioner, {0.3, 0.0, 2.0 * gap}, 1e-3);
  CHECK(small.decrease <= 2.0 * gap);
  CHECK(small.decrease >= 0.99 * gap);
}

TEST_CASE("The exact Hessian as preconditioner needs at most two products") {
  const std::size_t n = 30;
  const TestObjective objective(quadratic(ill_conditioned_matrix(n, 1e8), Vector(n, 1.0), 3.0));
  const auto point = objective.evaluate(Vector(n, 0.0));
  const auto preconditioner = matrix_preconditioner(*point);
  const auto model = conjugate_gradient(*point, *preconditioner, {1e-3, 0.0, 0.0});
  CHECK(model.products <= 2);
  CHECK(model.smallest_ritz == Approx(1.0).epsilon(1e-5));
}

TEST_CASE("Negative curvature at once leaves the preconditioned gradient") {
  const TestObjective objective(quadratic(diagonal_matrix({-1.0, -2.0}), {0.0, 0.0}, 0.0));
  const auto point = objective.evaluate(Vector{1.0, 1.0});
  const auto preconditioner = diagonal_preconditioner(*point);
  const auto model = conjugate_gradient(*point, *preconditioner, {0.1, 0.0, 0.0});
  CHECK(model.direction[0] == Approx(1.0));  // −g, with no curvature to divide by
  CHECK(model.direction[1] == Approx(2.0));
}

TEST_CASE("The Lanczos matrix knows the smallest eigenvalue") {
  // Conjugate gradients on diag(1, 4) from r = (1, 1): α₀ = 2/5, r₁ = (3/5, −3/5), β₀ = 9/25, …
  LanczosMatrix lanczos;
  CHECK(lanczos.smallest_eigenvalue() == 1.0);
  lanczos.append(0.4, 0.0);
  CHECK(lanczos.smallest_eigenvalue() == Approx(2.5).epsilon(1e-5));  // the Rayleigh quotient
  lanczos.append(0.625, 0.36);
  CHECK(lanczos.smallest_eigenvalue() == Approx(1.0).epsilon(1e-5));
}

TEST_CASE("The tempered diagonal stays within a factor of 10 and drops what is no curvature") {
  const TestObjective objective(
      quadratic(diagonal_matrix({1.0, 4.0, 1e12, 1e-12, 0.0}), Vector(5, 0.0), 0.0));
  const auto point = objective.evaluate(Vector(5, 1.0));
  Vector result(5);
  diagonal_preconditioner(*point)->apply(Vector(5, 1.0), result);
  CHECK(1.0 / result[0] == Approx(2.0));  // median 4: √(1 · 4)
  CHECK(1.0 / result[1] == Approx(4.0));
  CHECK(1.0 / result[2] == Approx(1e11));  // a tenth of its own
  CHECK(1.0 / result[3] == Approx(1e-11));
  CHECK(1.0 / result[4] == Approx(4.0));
}
