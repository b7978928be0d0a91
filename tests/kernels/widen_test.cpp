#include "kernels/dense/widen.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "kernels/dense/kernels.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

using mpilogit::kernels::Half;
using mpilogit::kernels::instruction_sets;
using mpilogit::kernels::widen;
using mpilogit::testing::UsedInstructionSet;

namespace {

/// binary16 by its definition.
double defined_value(unsigned bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const int exponent = static_cast<int>((bits >> 10) & 0x1fU);
  const double fraction = static_cast<double>(bits & 0x3ffU) / 1024.0;
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -14);
  return sign * std::ldexp(1 + fraction, exponent - 15);
}

void require_value(double value, unsigned bits) {
  const double expected = defined_value(bits);
  CAPTURE(bits, value, expected);
  if (std::isnan(expected)) {
    REQUIRE(std::isnan(value));
  } else {
    REQUIRE(value == expected);
    REQUIRE(std::signbit(value) == std::signbit(expected));
  }
}

}  // namespace

TEST_CASE("every binary16 widens to its value") {
  for (unsigned bits = 0; bits < 0x10000U; ++bits) {
    require_value(widen(Half{static_cast<std::uint16_t>(bits)}), bits);
  }
}

TEST_CASE("every binary16 of dense rows widens to its value with every instruction set") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  std::vector<Half> halves;
  for (unsigned bits = 0; bits < 0x10000U; ++bits) {
    halves.push_back(Half{static_cast<std::uint16_t>(bits)});
  }
  std::vector<float> widened(halves.size());
  mpilogit::kernels::dense::widen(halves.data(), halves.size(), widened.data());
  for (unsigned bits = 0; bits < 0x10000U; ++bits) require_value(widened[bits], bits);
}

TEST_CASE("binary16 values known by heart") {
  CHECK(widen(Half{0x3c00}) == 1.0);
  CHECK(widen(Half{0xc000}) == -2.0);
  CHECK(widen(Half{0x7bff}) == 65504.0);
  CHECK(widen(Half{0x0001}) == 0x1p-24);
}

TEST_CASE("integers beyond 2^53 are rounded to the nearest double") {
  CHECK(widen(std::numeric_limits<std::uint64_t>::max()) == 0x1p64);
  CHECK(widen(std::numeric_limits<std::int64_t>::min()) == -0x1p63);
  CHECK(widen(std::uint64_t{(1ULL << 53) + 1}) == 0x1p53);  // a tie, to even
  CHECK(widen(std::uint64_t{(1ULL << 53) + 3}) == 0x1p53 + 4);
  CHECK(widen(std::uint64_t{(1ULL << 63) + 1025}) == 0x1p63 + 2048);
  CHECK(widen(std::uint8_t{255}) == 255.0);
  CHECK(widen(std::int8_t{-128}) == -128.0);
}
