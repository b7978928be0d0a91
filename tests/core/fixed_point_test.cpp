#include "core/fixed_point.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/error.hpp"
#include "support/catch.hpp"

using mpilogit::core::Error;
using mpilogit::core::FixedPoint;

namespace {

constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
constexpr std::int64_t kLimit = std::int64_t{1} << 61;  // what a term as large as the bound becomes

// Bounds from nothing to the largest double: powers of two, their neighbours, and others.
std::vector<double> all_sizes_of_bounds() {
  std::vector<double> bounds = {0.0, kSmallest, 1e-300, 1e-30, 0.1, 1e12, 1e300, kLargest};
  for (int exponent = -1074; exponent <= 1023; ++exponent) {
    const double power = std::ldexp(1.0, exponent);
    bounds.push_back(power);
    bounds.push_back(std::nextafter(power, 0.0));
    bounds.push_back(std::nextafter(power, kLargest));
  }
  return bounds;
}

}  // namespace

TEST_CASE("a term as large as the bound becomes at most 2^61", "[core]") {
  for (const double bound : all_sizes_of_bounds()) {
    const FixedPoint scale(bound);
    CAPTURE(bound);
    REQUIRE(scale.to_integer(bound) <= kLimit);
    REQUIRE(scale.to_integer(-bound) == -scale.to_integer(bound));
  }
}

TEST_CASE("the scale is no smaller than the bound asks for", "[core]") {
  for (const double bound : all_sizes_of_bounds()) {
    if (bound < 1e-280) continue;  // there the scale has reached its own largest value
    CAPTURE(bound);
    REQUIRE(FixedPoint(bound).to_integer(bound) > kLimit / 2);
  }
}

// The sum of n terms with Σ |term| ≤ bound is at most n · (bound/n · scale + ½) as an integer. With
// long double's 64 bits, this product is exact enough to be compared with the int64's limit.
TEST_CASE("10^9 rows cannot overflow, whatever the bound", "[core]") {
  const double rows = GENERATE(1.0, 7.0, 1e3, 1e9, 1e15);
  for (const double bound : all_sizes_of_bounds()) {
    const FixedPoint scale(bound);
    const auto term = static_cast<long double>(scale.to_integer(bound / rows));
    CAPTURE(bound, rows);
    REQUIRE(term * static_cast<long double>(rows) <
            static_cast<long double>(std::numeric_limits<std::int64_t>::max()) / 2);
  }
}

TEST_CASE("a billion equal terms come back as their exact multiple", "[core]") {
  // Simulated: a billion additions of the same integer are one multiplication.
  const double weight = GENERATE(1.0, 1e12, 1e-30, 1e-300);
  const std::int64_t rows = 1000000000;
  const double bound = weight * static_cast<double>(rows);
  const FixedPoint scale(bound);
  const double sum = scale.to_double(scale.to_integer(weight) * rows);
  // Each term is rounded by half a unit at most.
  CHECK(std::fabs(sum - bound) <= 0.5 * static_cast<double>(rows) * scale.unit() + bound * 1e-15);
  CHECK(std::fabs(sum / bound - 1) <= 1e-6);
}

TEST_CASE("rounding is to nearest, ties to even", "[core]") {
  const FixedPoint scale(std::ldexp(1.0, 61));  // unit 1
  REQUIRE(scale.unit() == 1.0);
  CHECK(scale.to_integer(2.4) == 2);
  CHECK(scale.to_integer(2.6) == 3);
  CHECK(scale.to_integer(2.5) == 2);
  CHECK(scale.to_integer(3.5) == 4);
  CHECK(scale.to_integer(-2.5) == -2);
  CHECK(scale.to_integer(-2.6) == -3);
}

TEST_CASE("a value and its integer differ by half a unit at most", "[core]") {
  for (const double bound : {1.0, 3.7, 1e-30, 1e200, 1e-280}) {
    const FixedPoint scale(bound);
    for (const double part : {1.0, 0.3, -0.123456789, 1e-5, 1e-15, 1e-19}) {
      const double value = bound * part;
      CAPTURE(bound, part);
      REQUIRE(std::fabs(scale.to_double(scale.to_integer(value)) - value) <= 0.5 * scale.unit());
    }
  }
}

TEST_CASE("a column of 1e-300 keeps 11 digits", "[core]") {
  const FixedPoint scale(1e-297);
  const double value = 1.23456789012e-298;
  CHECK(std::fabs(scale.to_double(scale.to_integer(value)) / value - 1) <= 1e-11);
}

TEST_CASE("terms of a zero bound sum to zero", "[core]") {
  CHECK(FixedPoint(0.0).to_integer(0.0) == 0);
  CHECK(FixedPoint().to_double(0) == 0.0);
}

TEST_CASE("a bound that is no bound is refused", "[core]") {
  CHECK_THROWS_AS(FixedPoint(-1.0), Error);
  CHECK_THROWS_AS(FixedPoint(std::numeric_limits<double>::infinity()), Error);
  CHECK_THROWS_AS(FixedPoint(std::numeric_limits<double>::quiet_NaN()), Error);
}

// The C library's rounding is the oracle: its mode is to nearest, ties to even.
TEST_CASE("integers are those of the C library", "[core]") {
  const FixedPoint scale(std::ldexp(1.0, 61));  // unit 1
  std::vector<double> values = {0.0, -0.0, kSmallest, 1e-310, 0x1p-1022};
  for (int exponent = -2; exponent < 62; ++exponent) {
    // Around every power of two, ties and their neighbours: what lies below a half, at it, above.
    for (const double step : {-1.5, -1.0, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5}) {
      const double value = std::ldexp(1.0, exponent) + step;
      values.insert(values.end(),
                    {value, std::nextafter(value, 0.0), std::nextafter(value, kLargest)});
    }
    // Ties of the upper half: 2^31 more or less than a multiple of 2^32.
    values.push_back(std::ldexp(1.0, exponent) + 0x1p31);
    values.push_back(std::ldexp(1.0, exponent) + 0x1.8p32);
    values.push_back(std::ldexp(1.0, exponent) + 0x1p31 + 0.5);
  }
  std::mt19937_64 random(5);
  for (int n = 0; n < 100'000; ++n) {
    const auto integer = static_cast<double>(static_cast<std::int64_t>(random()) >> 2);  // < 2^61
    values.push_back(std::ldexp(integer, -static_cast<int>(random() % 64)));
  }
  for (const double value : values) {
    CAPTURE(value);
    REQUIRE(scale.to_integer(value) == std::llrint(value));
    REQUIRE(scale.to_integer(-value) == std::llrint(-value));
  }
}

TEST_CASE("subnormal terms are rounded like others", "[core]") {
  const FixedPoint scale(0.0);  // the largest scale, 2^1023
  CHECK(scale.to_integer(0x1p-1023) == 1);
  CHECK(scale.to_integer(0x1p-1024) == 0);
  CHECK(scale.to_integer(0x1.8p-1023) == 2);
  CHECK(scale.to_integer(-0x1.8p-1023) == -2);
  CHECK(scale.to_integer(0x1.4p-1022) == 2);
  CHECK(scale.to_integer(kSmallest) == 0);
}
