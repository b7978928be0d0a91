#include "core/wide_sum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/exact_oracle.hpp"
#include "support/catch.hpp"

using mpilogit::core::WideSum;
using mpilogit::testing::partials_sum;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
constexpr double kLargest = std::numeric_limits<double>::max();

double sum_of(const std::vector<double>& terms) {
  WideSum sum;
  for (const double term : terms) sum.add(term);
  return sum.value();
}

// Terms of either sign with exponents in [-range, range].
std::vector<double> random_terms(std::size_t count, int range, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::uniform_real_distribution<double> fraction(-1.0, 1.0);
  std::uniform_int_distribution<int> exponent(-range, range);
  std::vector<double> terms(count);
  for (auto& term : terms) term = std::ldexp(fraction(generator), exponent(generator));
  return terms;
}

// Twice the sum, by way of the limbs.
WideSum doubled(WideSum sum) {
  sum.normalise();
  WideSum copy = sum;
  copy.add(sum.limbs());
  return copy;
}

}  // namespace

TEST_CASE("a sum of nothing is 0", "[core]") {
  CHECK(WideSum().value() == 0.0);
  CHECK(sum_of({0.0, -0.0}) == 0.0);
}

TEST_CASE("one term comes back as it is", "[core]") {
  const double term = GENERATE(1.0, -1.0, 0.1, -1e-30, 1e300, 1e-300, kSmallest, -kSmallest,
                               3 * kSmallest, std::numeric_limits<double>::min(), kLargest,
                               -kLargest, 4294967296.0, 18446744073709551616.0);
  CHECK(sum_of({term}) == term);
}

TEST_CASE("every power of two comes back as it is", "[core]") {
  for (int exponent = -1074; exponent <= 1023; ++exponent) {
    const double term = std::ldexp(1.0, exponent);
    CAPTURE(exponent);
    REQUIRE(sum_of({term}) == term);
    REQUIRE(sum_of({-term}) == -term);
  }
}

TEST_CASE("nothing is lost in cancellation", "[core]") {
  CHECK(sum_of({1e300, 1e-300, -1e300}) == 1e-300);
  CHECK(sum_of({kLargest, kSmallest, -kLargest}) == kSmallest);
  CHECK(sum_of({1.0, 1e100, 1.0, -1e100}) == 2.0);
  CHECK(sum_of({kLargest, kLargest, -kLargest}) == kLargest);
  CHECK(sum_of({0.1, -0.1}) == 0.0);
}

TEST_CASE("a sum beyond the doubles is infinite", "[core]") {
  CHECK(sum_of({kLargest, kLargest}) == kInfinity);
  CHECK(sum_of({-kLargest, -kLargest}) == -kInfinity);
}

TEST_CASE("a term that is not finite makes the sum NaN", "[core]") {
  const double term =
      GENERATE(as<double>{}, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN());
  CHECK(std::isnan(sum_of({1.0, term, 2.0})));
}

TEST_CASE("sums agree with another exact algorithm within a unit in the last place", "[core]") {
  const int range = GENERATE(0, 3, 40, 300, 900);
  for (unsigned seed = 0; seed < 50; ++seed) {
    const std::vector<double> terms = random_terms(200, range, seed);
    const double expected = partials_sum(terms);
    const double ulp = std::nextafter(std::fabs(expected), kInfinity) - std::fabs(expected);
    CAPTURE(range, seed);
    REQUIRE(std::fabs(sum_of(terms) - expected) <= ulp);
  }
}

TEST_CASE("the order of terms and of accumulators does not matter", "[core]") {
  std::vector<double> terms = random_terms(1000, 200, 7);
  const double expected = sum_of(terms);
  std::mt19937 generator(1);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(terms.begin(), terms.end(), generator);
    REQUIRE(sum_of(terms) == expected);

    std::vector<WideSum> parts(7);
    for (std::size_t i = 0; i < terms.size(); ++i) parts[i * i % 7].add(terms[i]);
    WideSum whole;
    for (auto& part : parts) {
      part.normalise();
      whole.add(part.limbs());
    }
    REQUIRE(whole.value() == expected);
  }
}

TEST_CASE("a sum and its negative differ in sign only", "[core]") {
  std::vector<double> terms = random_terms(300, 100, 3);
  const double sum = sum_of(terms);
  for (auto& term : terms) term = -term;
  CHECK(sum_of(terms) == -sum);
}

TEST_CASE("2^40 rows of the largest weighted loss stay exact", "[core]") {
  WideSum sum;
  sum.add(1e12);
  sum.add(-kSmallest);
  for (int doubling = 0; doubling < 40; ++doubling) sum = doubled(sum);
  CHECK(sum.value() == std::ldexp(1e12, 40));
  sum.add(-std::ldexp(1e12, 40));
  CHECK(sum.value() == -std::ldexp(kSmallest, 40));
}

TEST_CASE("limbs of normalised sums add up as plain integers", "[core]") {
  // What MPI_SUM does with 1000 ranks, signs mixed.
  const std::vector<double> terms = random_terms(1000, 60, 11);
  std::array<std::int64_t, WideSum::kLimbs> limbs{};
  for (const double term : terms) {
    WideSum part;
    part.add(term);
    part.normalise();
    for (std::size_t i = 0; i < WideSum::kLimbs; ++i) limbs[i] += part.limbs()[i];
  }
  CHECK(WideSum::from_limbs(limbs).value() == sum_of(terms));
}

TEST_CASE("normalised digits are within 32 bits, whatever the sign", "[core]") {
  WideSum sum;
  for (const double term : random_terms(500, 400, 5)) sum.add(-std::fabs(term));
  const double before = sum.value();
  sum.normalise();
  for (std::size_t i = 0; i + 1 < WideSum::kDigits; ++i) {
    CAPTURE(i);
    REQUIRE(sum.limbs()[i] >= 0);
    REQUIRE(sum.limbs()[i] <= 0xffffffff);
  }
  CHECK(sum.value() == before);
}
