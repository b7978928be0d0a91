#include "solvers/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

// Xᵀ X of columns.
SymmetricMatrix gram(const std::vector<Vector>& columns) {
  SymmetricMatrix matrix(columns.size());
  for (std::size_t j = 0; j < columns.size(); ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      for (std::size_t i = 0; i < columns[j].size(); ++i) {
        matrix(j, k) += columns[j][i] * columns[k][i];
      }
    }
  }
  return matrix;
}

Vector random_column(std::size_t rows, std::uint64_t seed) {
  Vector column(rows);
  for (double& value : column) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    value = static_cast<double>(seed >> 11) * 0x1p-53 - 0.5;
  }
  return column;
}

double largest_error(const Vector& a, const Vector& b) {
  double largest = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) largest = std::max(largest, std::abs(a[j] - b[j]));
  return largest;
}

// R Rᵀ
SymmetricMatrix square(const Vector& root, std::size_t n) {
  SymmetricMatrix matrix(n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      for (std::size_t p = 0; p < n; ++p) matrix(j, k) += root[j * n + p] * root[k * n + p];
    }
  }
  return matrix;
}

}  // namespace

TEST_CASE("Cholesky solves a system worked by hand") {
  SymmetricMatrix matrix(2);  // [4 2; 2 3], inverse [3 -2; -2 4] / 8
  matrix(0, 0) = 4.0;
  matrix(1, 0) = 2.0;
  matrix(1, 1) = 3.0;
  const Cholesky factor(matrix, 1);
  Vector x(2);
  factor.solve(Vector{8.0, 16.0}, x);
  CHECK(x[0] == Approx(-1.0).epsilon(1e-14));
  CHECK(x[1] == Approx(6.0).epsilon(1e-14));
  CHECK(factor.aliased().empty());
}

TEST_CASE("Cholesky solves systems larger than its panels, of any scale, in place") {
  for (const std::size_t n : {1U, 15U, 16U, 17U, 129U, 300U}) {
    std::vector<Vector> columns;
    for (std::size_t j = 0; j < n; ++j) {
      columns.push_back(random_column(2 * n + 3, j));
      const double unit = std::pow(10.0, static_cast<double>(j % 13) - 6.0);
      for (double& value : columns[j]) value *= unit;
    }
    const auto matrix = gram(columns);
    Vector expected(n);
    for (std::size_t j = 0; j < n; ++j) {
      expected[j] = (1.0 + static_cast<double>(j % 7)) / std::sqrt(matrix(j, j));
    }
    const auto function = quadratic(matrix, Vector(n, 0.0), 0.0);
    Vector x = function.gradient(expected);
    const Cholesky factor(matrix, n - 1);
    CHECK(factor.aliased().empty());
    factor.solve(x, x);
    for (std::size_t j = 0; j < n; ++j) {
      x[j] *= std::sqrt(matrix(j, j));
      expected[j] *= std::sqrt(matrix(j, j));
    }
    CHECK(largest_error(x, expected) < 1e-10);
  }
}

TEST_CASE("Of aliased columns the later is dropped, and never the intercept") {
  const std::size_t rows = 50;
  std::vector<Vector> columns;
  columns.push_back(random_column(rows, 1));
  columns.push_back(Vector(rows, 1e4));  // constant: aliased with the intercept
  columns.push_back(random_column(rows, 2));
  columns.push_back(columns[0]);  // a copy in other units
  for (double& value : columns[3]) value *= 1e-6;
  columns.push_back(Vector(rows, 0.0));  // empty
  columns.push_back(Vector(rows));       // a sum
  for (std::size_t i = 0; i < rows; ++i) columns[5][i] = 3.0 * columns[0][i] - columns[2][i];
  columns.push_back(Vector(rows, 1.0));  // the intercept
  const auto matrix = gram(columns);
  const Cholesky factor(matrix, 6);
  CHECK(factor.aliased() == std::vector<std::size_t>{1, 3, 4, 5});

  const auto function = quadratic(matrix, Vector(7, 0.0), 0.0);
  const Vector expected{2.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.5};
  Vector x(7, 99.0);
  factor.solve(function.gradient(expected), x);
  CHECK(largest_error(x, expected) < 1e-12);
}

TEST_CASE("A column nearly but not quite aliased is kept") {
  auto first = random_column(200, 1);
  auto second = first;
  const auto noise = random_column(200, 2);
  for (std::size_t i = 0; i < second.size(); ++i) second[i] += 1e-5 * noise[i];
  CHECK(Cholesky(gram({first, second, Vector(200, 1.0)}), 2).aliased().empty());
}

TEST_CASE("The root of the inverse and the determinant of matrices worked by hand") {
  SymmetricMatrix matrix(2);  // [4 2; 2 3], inverse [3 -2; -2 4] / 8, determinant 8
  matrix(0, 0) = 4.0;
  matrix(1, 0) = 2.0;
  matrix(1, 1) = 3.0;
  for (const std::size_t first : {0U, 1U}) {
    const Cholesky factor(matrix, first);
    const auto inverse = square(factor.inverse_root(), 2);
    CHECK(inverse(0, 0) == Approx(0.375).epsilon(1e-14));
    CHECK(inverse(1, 0) == Approx(-0.25).epsilon(1e-14));
    CHECK(inverse(1, 1) == Approx(0.5).epsilon(1e-14));
    CHECK(factor.log_determinant() == Approx(std::log(8.0)).epsilon(1e-15));
  }
  CHECK(Cholesky(SymmetricMatrix(3), 2).log_determinant() == 0.0);  // all aliased
}

TEST_CASE("The determinant is a diagonal's product, of any size") {
  const std::size_t n = 400;
  SymmetricMatrix matrix(n);
  double expected = 0.0;  // the product itself is no double
  for (std::size_t j = 0; j < n; ++j) {
    matrix(j, j) = std::pow(10.0, static_cast<double>(j % 41) - 10.0);
    expected += (static_cast<double>(j % 41) - 10.0) * std::log(10.0);
  }
  CHECK(Cholesky(matrix, n - 1).log_determinant() == Approx(expected).epsilon(1e-13));
}

TEST_CASE("The columns of the root are what solve gives, at any size and scale") {
  for (const std::size_t n : {1U, 16U, 129U}) {
    std::vector<Vector> columns;
    for (std::size_t j = 0; j < n; ++j) {
      columns.push_back(random_column(2 * n + 3, j));
      const double unit = std::pow(10.0, static_cast<double>(j % 13) - 6.0);
      for (double& value : columns[j]) value *= unit;
    }
    const auto matrix = gram(columns);
    const Cholesky factor(matrix, n - 1);
    const auto inverse = square(factor.inverse_root(), n);
    for (std::size_t j = 0; j < n; ++j) {
      Vector column(n, 0.0);
      column[j] = 1.0;
      factor.solve(column, column);
      for (std::size_t k = 0; k < n; ++k) {
        const double entry = inverse(std::max(j, k), std::min(j, k));
        CHECK(std::abs(entry - column[k]) * std::sqrt(matrix(j, j) * matrix(k, k)) < 1e-10);
      }
    }
  }
}

TEST_CASE("Root and determinant leave aliased variables out") {
  auto first = random_column(50, 1);
  auto copy = first;
  for (double& value : copy) value *= 1e-6;
  const auto second = random_column(50, 2);
  const Vector ones(50, 1.0);
  const Cholesky all(gram({first, copy, Vector(50, 3.0), second, ones}), 4);
  const Cholesky alone(gram({first, second, ones}), 2);
  CHECK(all.aliased() == std::vector<std::size_t>{1, 2});
  CHECK(all.log_determinant() == Approx(alone.log_determinant()).epsilon(1e-13));
  const auto inverse = square(all.inverse_root(), 5);
  const auto expected = square(alone.inverse_root(), 3);
  const std::vector<std::size_t> place{0, 3, 4};
  for (std::size_t j = 0; j < 3; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      CHECK(inverse(place[j], place[k]) == Approx(expected(j, k)).epsilon(1e-12));
    }
  }
  for (std::size_t k = 0; k < 5; ++k) {
    CHECK(inverse(std::max<std::size_t>(k, 1), std::min<std::size_t>(k, 1)) == 0.0);
    CHECK(inverse(std::max<std::size_t>(k, 2), std::min<std::size_t>(k, 2)) == 0.0);
  }
}
