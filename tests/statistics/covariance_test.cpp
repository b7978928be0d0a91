// Covariances by hand, and binomial probabilities against exact fractions.

#include "statistics/covariance.hpp"

#include <cmath>

#include "statistics/fit_statistics.hpp"
#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

// Variable 1 is half of variable 0, variable 2 is the intercept.
solvers::SymmetricMatrix information() {
  solvers::SymmetricMatrix matrix(3);
  matrix.triangle = {4.0, 2.0, 1.0, 2.0, 1.0, 5.0};
  return matrix;
}

TEST_CASE("the inverse leaves out the aliased variable, the later one of two features") {
  // S [4 2; 2 5] with S = 2 has the inverse [5 −2; −2 4] / 32.
  const InverseInformation inverse(information(), 2.0, 2);
  REQUIRE(inverse.aliased() == std::vector<std::size_t>{1});
  const std::vector<double> expected = {5.0, 0.0, -2.0, 0.0, 0.0, 0.0, -2.0, 0.0, 4.0};
  const std::vector<double> matrix = inverse.matrix();
  for (std::size_t e = 0; e < matrix.size(); ++e) {
    CHECK(matrix[e] == Approx(expected[e] / 32.0).epsilon(1e-14));
  }
  const std::vector<double> variances = inverse.variances();
  CHECK(variances[0] == Approx(5.0 / 32.0).epsilon(1e-14));
  CHECK(variances[1] == 0.0);
  CHECK(variances[2] == Approx(4.0 / 32.0).epsilon(1e-14));
}

TEST_CASE("a sandwich has bread on both sides") {
  solvers::SymmetricMatrix filling(2);
  filling.triangle = {1.0, -3.0, 2.0};
  const std::vector<double> bread = {2.0, 1.0, 1.0, 5.0};
  // [2 1; 1 5] [1 −3; −3 2] = [−1 −4; −14 7]
  const std::vector<double> expected = {-6.0, -21.0, -21.0, 21.0};
  const std::vector<double> found = sandwich(bread, filling, 0.5);
  for (std::size_t e = 0; e < found.size(); ++e) CHECK(found[e] == expected[e] * 0.5);
  CHECK(diagonal(found, 2) == std::vector<double>{-3.0, 10.5});
}

TEST_CASE("corrections for few rows and few clusters") {
  CHECK(hc1_factor(100.0, 20.0) == 1.25);
  CHECK(cluster_factor(5.0, 101.0, 21.0) == 1.25 * 1.25);
}

TEST_CASE("the most probable binomial count, from its definition") {
  CHECK(log_saturated_binomial(0.0, 9.0) == 0.0);
  CHECK(log_saturated_binomial(9.0, 9.0) == 0.0);
  CHECK(log_saturated_binomial(1.0, 2.0) == Approx(std::log(0.5)).epsilon(1e-15));
  CHECK(log_saturated_binomial(2.0, 5.0) == Approx(std::log(10 * 0.16 * 0.216)).epsilon(1e-14));
  // mpmath, 50 digits
  CHECK(log_saturated_binomial(7.0, 30.0) == Approx(-1.7717840201066487232).epsilon(1e-14));
  CHECK(log_saturated_binomial(400.0, 1e6) == Approx(-3.9146791000712711726).epsilon(1e-14));
  CHECK(log_saturated_binomial(3e11, 1e12) == Approx(-13.954125217036926152).epsilon(1e-14));
}

}  // namespace
}  // namespace mpilogit::statistics
