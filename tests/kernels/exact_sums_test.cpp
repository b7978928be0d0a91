// Exact sums: the same integers on every instruction set.

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/exact_vector_sum.hpp"
#include "kernels/sample_rows.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

using namespace mpilogit::kernels;
using mpilogit::core::ExactVectorSum;
using mpilogit::core::FixedPoint;
using mpilogit::testing::sample_vector;
using mpilogit::testing::UsedInstructionSet;

TEST_CASE("an exact sum takes the integers of FixedPoint, whatever the instruction set") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (const std::size_t size : {1U, 3U, 8U, 29U}) {
    CAPTURE(size);
    std::vector<FixedPoint> scales;
    std::vector<std::int64_t> expected(size, 0);
    for (std::size_t j = 0; j < size; ++j) {
      scales.emplace_back(std::ldexp(3.0, static_cast<int>(j) * 20 - 300));
    }
    ExactVectorSum sum(scales, 0);
    for (unsigned block = 0; block < 5; ++block) {
      std::vector<double> values = sample_vector(size, block);
      for (std::size_t j = 0; j < size; ++j) {
        values[j] = std::ldexp(values[j], static_cast<int>(j) * 20 - 303);
        expected[j] += scales[j].to_integer(values[j]);
      }
      sum.take_vector(values);
      CHECK(values == std::vector<double>(size, 0.0));
    }
    const auto packed = sum.pack();
    CHECK(std::vector<std::int64_t>(packed.begin(), packed.begin() + static_cast<int>(size)) ==
          expected);
    CHECK(packed[size] == 0);
  }
}

TEST_CASE("an exact sum finds what is not finite, whatever the instruction set") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  constexpr std::size_t size = 19;
  const std::vector<FixedPoint> scales(size, FixedPoint(1.0));
  for (const double bad : {std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(), std::nan("")}) {
    for (std::size_t j = 0; j < size; ++j) {
      std::vector<double> values(size, 0.5);
      values[j] = bad;
      ExactVectorSum sum(scales, 0);
      sum.take_vector(values);
      CHECK(sum.pack()[size] == 1);
    }
  }
}
