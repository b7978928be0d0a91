#include "kernels/elementary.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

using mpilogit::kernels::exp_of_minus;
using mpilogit::kernels::fuses_products;
using mpilogit::kernels::instruction_sets;
using mpilogit::kernels::log_of;
using mpilogit::kernels::log_of_one_plus;
using mpilogit::testing::UsedInstructionSet;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double ln2 = 0.69314718055994530942;

/// |value − exact| in units of the last place of a double of the size of `exact`.
double error_in_units(double value, long double exact) {
  int exponent = 0;
  std::frexp(exact, &exponent);
  const long double unit = std::ldexp(1.0L, std::max(exponent - 53, -1074));
  return static_cast<double>(std::abs(static_cast<long double>(value) - exact) / unit);
}

/// Evenly and logarithmically spaced points of [0, end], and the neighbours of `edges`.
std::vector<double> points(double end, const std::vector<double>& edges) {
  std::mt19937_64 random(7);
  std::vector<double> points = {0.0, std::numeric_limits<double>::denorm_min(), 1e-310, end};
  for (int n = 0; n < 1'000'000; ++n) {
    const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
    points.push_back(end * uniform);
    points.push_back(end * std::exp2(-60.0 * uniform));
  }
  for (const double edge : edges) {
    double below = edge;
    double above = edge;
    for (int n = 0; n < 100; ++n) {
      points.push_back(below);
      points.push_back(above);
      below = std::nextafter(below, 0.0);
      above = std::nextafter(above, end);
    }
  }
  return points;
}

}  // namespace

TEST_CASE("exp_of_minus errs by less than a unit in the last place") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  std::vector<double> edges = {1, 37, 700, 708};
  for (int half = 1; half < 2044; ++half) edges.push_back(0.5 * half * ln2);
  double worst = 0;
  double where = 0;
  for (const double x : points(708.39, edges)) {
    const double error = error_in_units(exp_of_minus(x), std::exp(-static_cast<long double>(x)));
    if (!(error <= worst)) worst = error, where = x;
  }
  CAPTURE(worst, where);
  CHECK(worst < 1.0);
}

TEST_CASE("exp_of_minus at its ends") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  CHECK(exp_of_minus(0.0) == 1.0);
  CHECK(exp_of_minus(std::numeric_limits<double>::denorm_min()) == 1.0);
  CHECK(exp_of_minus(infinity) == 0.0);
  CHECK(exp_of_minus(std::numeric_limits<double>::max()) == 0.0);
  CHECK(exp_of_minus(745.0) == 0.0);
  CHECK(std::isnan(exp_of_minus(std::nan(""))));

  const double last = 0x1.6232bdd7abcd2p+9;  // 1022 ln 2, rounded down
  CHECK(exp_of_minus(last) >= 0x1p-1022);
  CHECK(exp_of_minus(std::nextafter(last, infinity)) == 0.0);
}

TEST_CASE("log_of_one_plus errs by less than a unit in the last place") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  double worst = 0;
  double where = 0;
  for (const double x : points(1.0, {0.5, 0.25, 0x1p-30, 0x1p-53})) {
    const double error =
        error_in_units(log_of_one_plus(x), std::log1p(static_cast<long double>(x)));
    if (!(error <= worst)) worst = error, where = x;
  }
  CAPTURE(worst, where);
  CHECK(worst < 1.0);
}

TEST_CASE("log_of_one_plus at its ends") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  CHECK(log_of_one_plus(0.0) == 0.0);
  CHECK(log_of_one_plus(1.0) == 0x1.62e42fefa39efp-1);
  CHECK(log_of_one_plus(1e-300) == 1e-300);
  CHECK(log_of_one_plus(std::numeric_limits<double>::denorm_min()) ==
        std::numeric_limits<double>::denorm_min());
  CHECK(std::isnan(log_of_one_plus(std::nan(""))));
}

TEST_CASE("log_of errs by less than a unit in the last place, two near 1") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  double worst = 0;
  double worst_near_one = 0;
  double where = 0;
  const auto look = [&](double x) {
    const double error = error_in_units(log_of(x), std::log(static_cast<long double>(x)));
    double& bound = x > 0.5 && x < 2 ? worst_near_one : worst;
    if (!(error <= bound)) bound = error, where = x;
  };
  for (const double x : points(4.0, {0.5, std::sqrt(0.5), 0.75, 1.0, std::sqrt(2.0), 1.5, 2.0})) {
    if (x < 0x1p-1022) continue;
    look(x);
    look(x * 0x1p-900 < 0x1p-1022 ? x : x * 0x1p-900);
    look(x * 0x1p1000);
  }
  CAPTURE(worst, worst_near_one, where);
  CHECK(worst < 1.0);
  CHECK(worst_near_one < 2.0);
}

TEST_CASE("log_of at its ends") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  CHECK(log_of(1.0) == 0.0);
  CHECK(log_of(2.0) == 0x1.62e42fefa39efp-1);
  CHECK(log_of(0.5) == -0x1.62e42fefa39efp-1);
  CHECK(log_of(0x1p-1022) == Approx(-708.3964185322641).epsilon(1e-15));
  CHECK(log_of(std::numeric_limits<double>::max()) == Approx(709.782712893384).epsilon(1e-15));
  CHECK(std::isnan(log_of(std::nan(""))));
}

// Bits that every machine and compiler must give; a contraction or a reordering changes some. Where
// products and sums are fused they are others.
TEST_CASE("known bits") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
  std::uint64_t exp_digest = 0;
  std::uint64_t log_digest = 0;
  for (int n = 0; n < 100'000; ++n) {
    exp_digest = exp_digest * 31 + bits(exp_of_minus(n * 0x1.3p-8));
    log_digest = log_digest * 31 + bits(log_of_one_plus(n * 0x1p-17));
  }
  CHECK(bits(exp_of_minus(0.1)) == 0x3fecf46d99d52b3a);
  CHECK(bits(exp_of_minus(1.0)) == 0x3fd78b56362cef38);
  CHECK(bits(exp_of_minus(37.0)) == 0x3c9898471fca6055);
  CHECK(bits(exp_of_minus(700.0)) == 0x00d14f2b0fb9307f);
  CHECK(bits(log_of_one_plus(0.1)) == 0x3fb8663f793c46c7);
  CHECK(bits(log_of_one_plus(0.3)) == 0x3fd0ca937be1b9dc);
  CHECK(bits(log_of_one_plus(0.7)) == 0x3fe0fae81914a991);
  CHECK(exp_digest == (fuses_products() ? 0x7932d0b45dfcb1a5 : 0x7c21e035848965d6));
  CHECK(log_digest == (fuses_products() ? 0x3e808220d2158a34 : 0xd80a424e81598fa5));
}
