// Against mpmath with 60 digits (erfc; the power series and the continued fraction of the
// incomplete gamma function) and, for the quantiles of χ², against R's qchisq.

#include "statistics/tail_probabilities.hpp"

#include <cmath>
#include <limits>

#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

void require_near(double value, double expected, double relative) {
  CAPTURE(value, expected);
  REQUIRE(std::fabs(value - expected) <= relative * std::fabs(expected));
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST_CASE("both tails of the normal distribution keep their digits wherever they end") {
  const struct {
    double z;
    double log_p;
  } cases[] = {
      {1e-9, -7.9788456112117529179e-10}, {0.5, -0.48276458103367329946},
      {1.0, -1.1478744644493181964},      {1.96, -2.9958164711696933092},
      {5.0, -14.371851213428780427},      {29.9, -450.62976527796868916},
      {30.0, -453.6280967757832518},      {37.5, -706.97584213694724576},
      {40.0, -803.91529483319384286},     {1000.0, -500007.13354763162436},
      {1e5, -5000000011.7387168177},      {1e150, -4.9999999999999998084e+299},
  };
  for (const auto& one : cases) {
    require_near(log_two_sided_normal(one.z), one.log_p, 1e-14);
    REQUIRE(log_two_sided_normal(-one.z) == log_two_sided_normal(one.z));
  }
  REQUIRE(log_two_sided_normal(0.0) == 0.0);
  REQUIRE(log_two_sided_normal(-kInfinity) == -kInfinity);
  REQUIRE(std::isnan(log_two_sided_normal(std::nan(""))));
}

TEST_CASE("so does the upper tail of chi-squared, of few degrees or many") {
  const struct {
    double x;
    std::int64_t degrees;
    double log_p;
  } cases[] = {
      {1e-3, 1, -0.025550779355950622363},      {1e-3, 10, -2.603081829703198793e-19},
      {3.5, 3, -1.1370554872506046684},         {100.0, 3, -47.913352111990123893},
      {1330.0, 3, -661.62857320848657932},      {1400.0, 3, -696.60296407286080346},
      {1e5, 1, -50005.982264084879854},         {1e5, 3, -49994.469318620309609},
      {1e5, 123, -49536.083764283169161},       {120.0, 123, -0.58033080419208340868},
      {2000.0, 123, -772.70002774551969056},    {1e4, 2, -5000.0},
      {1e6, 1000000, -0.69352337770643015067},  {1.06e6, 1000000, -870.21323572787431942},
      {20000.0, 10000, -1539.4420486763690098}, {9800.0, 10000, -0.081150356802458961231},
  };
  for (const auto& one : cases) {
    CAPTURE(one.x, one.degrees);
    require_near(log_chi_squared_upper(one.x, one.degrees), one.log_p, 1e-13);
  }
  REQUIRE(log_chi_squared_upper(0.0, 3) == 0.0);
  REQUIRE(log_chi_squared_upper(-1.0, 3) == 0.0);
  REQUIRE(log_chi_squared_upper(kInfinity, 3) == -kInfinity);
  REQUIRE(std::isnan(log_chi_squared_upper(std::nan(""), 3)));
}

TEST_CASE("a squared normal is a chi-squared of one degree") {
  for (const double z : {0.01, 0.7, 3.0, 20.0, 36.0, 45.0, 3e4}) {
    require_near(log_chi_squared_upper(z * z, 1), log_two_sided_normal(z), 1e-13);
  }
}

TEST_CASE("quantiles") {
  require_near(normal_quantile(0.975), 1.9599639845400538556, 1e-15);
  require_near(normal_quantile(0.995), 2.5758293035489004539, 1e-15);
  require_near(normal_quantile(0.9999), 3.7190164854557083867, 1e-14);
  require_near(normal_quantile(1e-10), -6.3613409024040561991, 1e-14);
  REQUIRE(normal_quantile(0.5) == 0.0);
  require_near(chi_squared_quantile(0.95, 1), 3.8414588206941240, 1e-14);
  require_near(chi_squared_quantile(0.95, 3), 7.8147279032511792, 1e-14);
  require_near(chi_squared_quantile(0.99, 123), 162.3983052598248662, 1e-14);
  require_near(chi_squared_quantile(0.5, 2), 1.3862943611198906, 1e-14);
}

}  // namespace
}  // namespace mpilogit::statistics
