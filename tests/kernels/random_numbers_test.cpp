#include "kernels/random_numbers.hpp"

#include <bit>
#include <cmath>
#include <vector>

#include "kernels/instruction_set.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

namespace kernels = mpilogit::kernels;
using mpilogit::testing::UsedInstructionSet;

namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr kernels::RandomRow kRow = {0x0123456789abcdef, 5, (std::int64_t{7} << 32) + 11};

double uniform(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * 0x1p-32;
}

}  // namespace

TEST_CASE("Philox answers as its authors' known-answer vectors do") {
  // Random123 1.14, tests/kat_vectors, philox4x32 10.
  CHECK(kernels::philox({0, 0, 0, 0}, {0, 0}) ==
        Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(
      kernels::philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
      Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(
      kernels::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
      Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a row's numbers are those of the definition, wherever one begins") {
  const UsedInstructionSet used(GENERATE(from_range(kernels::instruction_sets())));
  for (const std::size_t count : {1U, 4U, 31U, 100U}) {
    const std::int64_t first = GENERATE(std::int64_t{0}, std::int64_t{40}, std::int64_t{1} << 33);
    std::vector<double> values(count);
    kernels::uniforms(kRow, first, values);
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t at = first + static_cast<std::int64_t>(i);
      const Words words =
          kernels::philox({static_cast<std::uint32_t>(at / 4), 11, 7, 5}, {0x89abcdef, 0x01234567});
      CHECK(values[i] == uniform(words[static_cast<std::size_t>(at % 4)]));
    }
  }
}

TEST_CASE("normal quantiles are those of the distribution") {
  const UsedInstructionSet used(GENERATE(from_range(kernels::instruction_sets())));
  std::vector<double> probabilities = {uniform(0), uniform(0xffffffff), 0.5, 0.075, 0.925};
  for (int i = 1; i < 1000; ++i) probabilities.push_back(i / 1000.0);
  std::vector<double> quantiles = probabilities;
  kernels::normal_quantiles(quantiles);
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    // Φ of the C library's erfc; its slope says how far the quantile is off.
    const double z = quantiles[i];
    const double error = 0.5 * std::erfc(-z / std::sqrt(2.0)) - probabilities[i];
    const double density = 0.3989422804014327 * std::exp(-0.5 * z * z);
    CHECK(std::abs(error) <= 2e-15 * density * (1.0 + std::abs(z)) + 1e-15 * probabilities[i]);
  }
}

TEST_CASE("logarithms are those of the C library, to a few units in the last place") {
  const UsedInstructionSet used(GENERATE(from_range(kernels::instruction_sets())));
  std::vector<double> numbers = {1.0, 0x1p-1022, 1e308, std::nextafter(1.0, 2.0)};
  for (int i = 1; i < 1000; ++i) numbers.push_back(uniform(static_cast<std::uint32_t>(i) << 22));
  for (int i = 1; i < 1000; ++i) numbers.push_back(i / 7.0);
  std::vector<double> logs = numbers;
  kernels::natural_logs(logs);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const double exact = std::log(numbers[i]);
    CHECK(std::abs(logs[i] - exact) <= 3.0 * 0x1p-53 * std::abs(exact));
  }
}

TEST_CASE("every instruction set gives the same bits") {
  std::vector<std::uint64_t> expected;
  for (const auto& name : kernels::instruction_sets()) {
    const UsedInstructionSet used(name);
    std::vector<double> values(10'003);
    kernels::uniforms(kRow, 0, values);
    std::vector<double> logs = values;
    kernels::normal_quantiles(values);
    kernels::natural_logs(logs);
    std::vector<std::uint64_t> bits;
    for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
    for (const double value : logs) bits.push_back(std::bit_cast<std::uint64_t>(value));
    if (expected.empty()) expected = bits;
    CHECK(bits == expected);
  }
}
