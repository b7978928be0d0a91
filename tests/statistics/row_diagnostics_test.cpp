// Residuals and Cook's distances worked by hand.

#include "statistics/row_diagnostics.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST_CASE("Residuals of labelled rows") {
  const double margin = std::log(3.0);  // μ = 3/4
  const RowResiduals success = row_residuals(margin, {0.0, 1.0});
  CHECK(success.pearson == Approx(std::sqrt(1.0 / 3.0)).epsilon(1e-14));
  CHECK(success.deviance == Approx(std::sqrt(-2.0 * std::log(0.75))).epsilon(1e-14));
  const RowResiduals failure = row_residuals(margin, {4.0, 0.0});  // weight 4
  CHECK(failure.pearson == Approx(-2.0 * std::sqrt(3.0)).epsilon(1e-14));
  CHECK(failure.deviance == Approx(-std::sqrt(-8.0 * std::log(0.25))).epsilon(1e-14));
}

TEST_CASE("Residuals of aggregated rows") {
  const RowResiduals row = row_residuals(0.0, {3.0, 1.0});  // y = 1/4, μ = 1/2, 4 trials
  CHECK(row.pearson == Approx(-1.0).epsilon(1e-14));
  const double deviance = 8.0 * (0.25 * std::log(0.5) + 0.75 * std::log(1.5));
  CHECK(row.deviance == Approx(-std::sqrt(deviance)).epsilon(1e-13));
  const RowResiduals exact = row_residuals(0.0, {2.0, 2.0});
  CHECK(exact.pearson == 0.0);
  CHECK(exact.deviance == 0.0);
}

TEST_CASE("Residuals of rows far out, and of none") {
  CHECK(row_residuals(-60.0, {1.0, 0.0}).pearson == Approx(-std::exp(-30.0)).epsilon(1e-13));
  CHECK(row_residuals(60.0, {1.0, 0.0}).pearson == Approx(-std::exp(30.0)).epsilon(1e-13));
  CHECK(row_residuals(800.0, {0.0, 1.0}).pearson == 0.0);
  CHECK(row_residuals(800.0, {1.0, 0.0}).pearson == -kInfinity);
  CHECK(row_residuals(800.0, {1.0, 0.0}).deviance == Approx(-40.0).epsilon(1e-14));
  CHECK(row_residuals(1.0, {0.0, 0.0}).pearson == 0.0);
  CHECK(row_residuals(1.0, {0.0, 0.0}).deviance == 0.0);
}

TEST_CASE("Cook's distance") {
  CHECK(cooks_distance(2.0, 0.5, 4.0) == 2.0);
  CHECK(cooks_distance(-2.0, 0.5, 4.0) == 2.0);
  CHECK(cooks_distance(2.0, 0.0, 4.0) == 0.0);
  CHECK(cooks_distance(1e-9, 1.0, 4.0) == kInfinity);
  CHECK(cooks_distance(0.0, std::nextafter(1.0, 0.0), 4.0) == kInfinity);
  CHECK(cooks_distance(-kInfinity, 0.0, 4.0) == kInfinity);
}

}  // namespace
}  // namespace mpilogit::statistics
