// Wald's test by hand: statistics that can be worked out on paper, and sets that make no test.

#include "statistics/wald_test.hpp"

#include <cmath>

#include "core/error.hpp"
#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

// β and V of three coefficients; the first two are correlated.
const std::vector<double> kEstimates = {3.0, 1.0, -2.0};
const std::vector<double> kCovariance = {4.0, 1.0, 0.0,  //
                                         1.0, 1.0, 0.0,  //
                                         0.0, 0.0, 0.25};

WaldTest test(const std::vector<LinearHypothesis>& hypotheses) {
  return wald_test(hypotheses, kEstimates, kCovariance);
}

std::string refusal(const std::vector<LinearHypothesis>& hypotheses,
                    const std::vector<double>& covariance = kCovariance) {
  try {
    wald_test(hypotheses, kEstimates, covariance);
    return "";
  } catch (const core::Error& error) {
    CHECK(error.code() == core::ExitCode::bad_input);
    return error.what();
  }
}

TEST_CASE("one coefficient: the square of its z") {
  const WaldTest one = test({{{{0, 1.0}}, 0.0, "a = 0"}});
  CHECK(one.statistic == Approx(9.0 / 4.0).epsilon(1e-15));
  CHECK(one.degrees == 1);
  // P(|Z| > 1.5) = 0.1336144025377161 (R).
  CHECK(std::exp(one.log_p) == Approx(0.1336144025377161).epsilon(1e-13));
  CHECK(test({{{{2, -4.0}}, 4.0, "-4 c = 4"}}).statistic == Approx(16.0 / 4.0).epsilon(1e-15));
}

TEST_CASE("a difference: the variances less twice the covariance") {
  // (3 − 1)² / (4 + 1 − 2)
  CHECK(test({{{{0, 1.0}, {1, -1.0}}, 0.0, "a = b"}}).statistic == Approx(4.0 / 3.0));
}

TEST_CASE("two coefficients together, by the inverse of their covariance") {
  // (3, 1) [4 1; 1 1]⁻¹ (3, 1)ᵀ = (9 − 6 + 4) / 3
  const WaldTest two = test({{{{0, 1.0}}, 0.0, "a = 0"}, {{{1, 1.0}}, 0.0, "b = 0"}});
  CHECK(two.statistic == Approx(7.0 / 3.0));
  CHECK(two.degrees == 2);
  CHECK(two.log_p == Approx(-7.0 / 6.0));  // of two degrees P = e^(−x/2)
  // The same hypotheses in other words.
  CHECK(test({{{{0, 2.0}, {1, 1.0}}, 0.0, "2a + b = 0"}, {{{0, 1.0}, {1, -1.0}}, 0.0, "a = b"}})
            .statistic == Approx(7.0 / 3.0));
}

TEST_CASE("units do not matter") {
  const double tiny = 1e-150;
  const std::vector<double> estimates = {3.0 * tiny, 1.0 / tiny};
  const std::vector<double> covariance = {4.0 * tiny * tiny, 1.0, 1.0, 1.0 / (tiny * tiny)};
  const std::vector<LinearHypothesis> both = {{{{0, 1.0}}, 0.0, "a"}, {{{1, 1.0}}, 0.0, "b"}};
  CHECK(wald_test(both, estimates, covariance).statistic == Approx(7.0 / 3.0));
}

TEST_CASE("hypotheses that make no test are refused by name") {
  using mpilogit::testing::contains;
  const LinearHypothesis a{{{0, 1.0}}, 0.0, "a = 0"};
  const LinearHypothesis b{{{1, 1.0}}, 0.0, "b = 0"};
  const LinearHypothesis sum{{{0, 0.1}, {1, 0.3}}, 0.0, "0.1 a + 0.3 b = 0"};
  CHECK_THAT(refusal({a, b, sum}), contains("'0.1 a + 0.3 b = 0' follows"));
  CHECK_THAT(refusal({sum, a, b}), contains("'b = 0' follows"));
  const LinearHypothesis other{{{0, 0.1}, {1, 0.3}}, 1e-9, "0.1 a + 0.3 b = 1e-9"};
  CHECK_THAT(refusal({a, b, other}), contains("'0.1 a + 0.3 b = 1e-9' contradicts"));
  const LinearHypothesis twice{{{0, 3.0}}, 0.3, "3 a = 0.3"};
  const LinearHypothesis once{{{0, 1.0}}, 0.1, "a = 0.1"};
  CHECK_THAT(refusal({once, twice}), contains("'3 a = 0.3' follows"));
  CHECK(refusal({a, b, {{{2, 1.0}}, 5.0, "c = 5"}}).empty());
}

TEST_CASE("a covariance that is singular where it is needed is refused") {
  using mpilogit::testing::contains;
  const std::vector<double> singular = {4.0, 2.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0};
  const LinearHypothesis a{{{0, 1.0}}, 0.0, "a = 0"};
  const LinearHypothesis b{{{1, 1.0}}, 0.0, "b = 0"};
  CHECK_THAT(refusal({a, b}, singular), contains("'b = 0' has no variance"));
  CHECK(refusal({b}, singular).empty());
  CHECK_THAT(refusal({{{{2, 1.0}}, 0.0, "c = 0"}}, singular), contains("'c = 0' has no variance"));
}

}  // namespace
}  // namespace mpilogit::statistics
