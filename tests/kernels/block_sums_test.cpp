// The sums of blocks, handed over on every instruction set: to the bit what the plain loop gives.

#include "mpilogit/kernels/block_sums.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "mpilogit/kernels/instruction_set.hpp"

#include "kernels/sample_rows.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

using mpilogit::core::ExactVectorSum;
using mpilogit::core::FixedPoint;
using mpilogit::testing::sample_vector;
using mpilogit::testing::UsedInstructionSet;
namespace kernels = mpilogit::kernels;

namespace {

std::vector<std::int64_t> packed(ExactVectorSum& sum) {
  const auto buffer = sum.pack();
  return {buffer.begin(), buffer.end()};
}

/// Bounds of many magnitudes, 0 among them; each block's sums stay within.
std::vector<FixedPoint> scales_for(std::size_t count) {
  std::vector<FixedPoint> scales;
  for (std::size_t j = 0; j < count; ++j) {
    scales.emplace_back(j % 5 == 3 ? 0.0 : 4.0 * std::ldexp(1.0, static_cast<int>(j % 40) - 20));
  }
  return scales;
}

std::vector<double> block_for(std::size_t count, std::uint64_t seed) {
  std::vector<double> block = sample_vector(count, seed);
  for (std::size_t j = 0; j < count; ++j) {
    block[j] = j % 5 == 3 ? 0.0 : std::ldexp(block[j], static_cast<int>(j % 40) - 20);
  }
  return block;
}

}  // namespace

TEST_CASE("blocks are added as the plain loop adds them, and leave zeros") {
  const UsedInstructionSet used(GENERATE(from_range(kernels::instruction_sets())));
  for (std::size_t count = 0; count <= 43; ++count) {
    CAPTURE(count);
    const auto scales = scales_for(count);
    ExactVectorSum sum(scales, 1);
    ExactVectorSum expected(scales, 1);
    for (std::uint64_t block = 0; block < 3; ++block) {
      std::vector<double> values = block_for(count, block + 1);
      expected.add_vector(values);
      kernels::hand_over(values, sum);
      CHECK(values == std::vector<double>(count, 0.0));
    }
    CHECK(packed(sum) == packed(expected));
  }
}

TEST_CASE("one value that is not finite is noticed wherever it is") {
  const UsedInstructionSet used(GENERATE(from_range(kernels::instruction_sets())));
  constexpr std::size_t count = 19;
  const auto scales = scales_for(count);
  const auto first_result_with = [&](std::size_t j, double value) {
    std::vector<double> values = block_for(count, 1);
    values[j] = value;
    ExactVectorSum sum(scales, 0);
    kernels::hand_over(values, sum);
    CHECK(values == std::vector<double>(count, 0.0));
    std::vector<double> result(count);
    sum.vector(result);
    return result.front();
  };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    for (std::size_t j = 0; j < count; ++j) {
      CAPTURE(bad, j);
      CHECK(std::isnan(first_result_with(j, bad)));
    }
  }
  CHECK_FALSE(std::isnan(first_result_with(4, std::numeric_limits<double>::max())));
}
