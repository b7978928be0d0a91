#include "core/exact_vector_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "core/exact_oracle.hpp"
#include "support/catch.hpp"

using mpilogit::core::ExactVectorSum;
using mpilogit::core::FixedPoint;
using mpilogit::testing::partials_sum;

namespace {

constexpr std::size_t kColumns = 6;
// An ordinary column, a huge one, tiny ones, a weight of 1e12, and one of zeros.
constexpr double kColumnScale[kColumns] = {1.0, 1e200, 1e-30, 1e-300, 1e12, 0.0};

struct Blocks {
  std::vector<std::vector<double>> sums;  // one vector of kColumns for each block
  std::vector<FixedPoint> scales;
};

Blocks random_blocks(std::size_t count) {
  std::mt19937_64 generator(42);
  std::uniform_real_distribution<double> value(-1.0, 1.0);
  Blocks blocks;
  std::vector<double> bounds(kColumns, 0.0);
  for (std::size_t b = 0; b < count; ++b) {
    std::vector<double> block(kColumns);
    for (std::size_t j = 0; j < kColumns; ++j) {
      block[j] = kColumnScale[j] * value(generator);
      bounds[j] += std::fabs(block[j]);
    }
    blocks.sums.push_back(block);
  }
  for (const double bound : bounds) blocks.scales.emplace_back(bound);
  return blocks;
}

struct Result {
  std::vector<double> vector;
  double scalar;

  std::vector<std::uint64_t> bits() const {
    std::vector<std::uint64_t> all;
    for (const double value : vector) all.push_back(std::bit_cast<std::uint64_t>(value));
    all.push_back(std::bit_cast<std::uint64_t>(scalar));
    return all;
  }
};

Result result_of(const ExactVectorSum& sum) {
  Result result{std::vector<double>(kColumns), sum.scalar(1)};
  sum.vector(result.vector);
  return result;
}

void add_block(ExactVectorSum& sum, std::vector<double> block) {
  sum.add_scalar(1, block[0] * block[1]);
  sum.take_vector(block);
}

Result sum_in_order(const Blocks& blocks) {
  ExactVectorSum sum(blocks.scales, 2);
  for (const auto& block : blocks.sums) add_block(sum, block);
  return result_of(sum);
}

}  // namespace

TEST_CASE("sums of columns of every size are within the promised rounding", "[core]") {
  const Blocks blocks = random_blocks(500);
  const Result result = sum_in_order(blocks);
  for (std::size_t j = 0; j < kColumns; ++j) {
    std::vector<double> column;
    for (const auto& block : blocks.sums) column.push_back(block[j]);
    const double expected = partials_sum(column);
    const double rounding = 0.5 * 500 * blocks.scales[j].unit() + std::fabs(expected) * 2.3e-16;
    CAPTURE(j, expected, result.vector[j]);
    CHECK(std::fabs(result.vector[j] - expected) <= rounding);
    CHECK(std::fabs(result.vector[j] - expected) <= std::fabs(expected) * 1e-6);
  }
}

TEST_CASE("blocks in any order give the same bits", "[core]") {
  Blocks blocks = random_blocks(300);
  const auto expected = sum_in_order(blocks).bits();
  std::mt19937 generator(3);
  for (int round = 0; round < 10; ++round) {
    std::shuffle(blocks.sums.begin(), blocks.sums.end(), generator);
    REQUIRE(sum_in_order(blocks).bits() == expected);
  }
}

TEST_CASE("blocks merged from any number of threads give the same bits", "[core]") {
  const Blocks blocks = random_blocks(300);
  const auto expected = sum_in_order(blocks).bits();
  for (const std::size_t threads : {1U, 2U, 3U, 7U, 400U}) {
    std::vector<ExactVectorSum> parts(threads, ExactVectorSum(blocks.scales, 2));
    for (std::size_t b = 0; b < 300; ++b) add_block(parts[b % threads], blocks.sums[b]);
    ExactVectorSum whole(blocks.scales, 2);
    for (const auto& part : parts) whole.merge(part);
    CAPTURE(threads);
    REQUIRE(result_of(whole).bits() == expected);
  }
}

TEST_CASE("buffers added as integers give the same bits, as MPI_SUM adds them", "[core]") {
  const Blocks blocks = random_blocks(300);
  const auto expected = sum_in_order(blocks).bits();
  for (const std::size_t ranks : {1U, 2U, 3U, 64U, 400U}) {
    std::vector<ExactVectorSum> parts(ranks, ExactVectorSum(blocks.scales, 2));
    for (std::size_t b = 0; b < 300; ++b) add_block(parts[b * ranks / 300], blocks.sums[b]);
    const auto total = parts[0].pack();
    for (std::size_t r = 1; r < ranks; ++r) {
      const auto other = parts[r].pack();
      REQUIRE(other.size() == total.size());
      for (std::size_t i = 0; i < total.size(); ++i) total[i] += other[i];
    }
    parts[0].unpack();
    CAPTURE(ranks);
    REQUIRE(result_of(parts[0]).bits() == expected);
  }
}

TEST_CASE("the message is 8 bytes per component, a flag and the scalars' limbs", "[core]") {
  const std::vector<FixedPoint> scales(10, FixedPoint(1.0));
  CHECK(ExactVectorSum(scales, 0).pack().size() == 11 + ExactVectorSum::kSpareWords);
  CHECK(ExactVectorSum(scales, 2).pack().size() ==
        11 + ExactVectorSum::kSpareWords + 2 * mpilogit::core::WideSum::kLimbs);
}

TEST_CASE("a sum of no blocks is zero", "[core]") {
  const Blocks blocks = random_blocks(3);
  ExactVectorSum sum(blocks.scales, 2);
  sum.pack();
  sum.unpack();
  const Result result = result_of(sum);
  CHECK(result.vector == std::vector<double>(kColumns, 0.0));
  CHECK(result.scalar == 0.0);
}

TEST_CASE("one value that is not finite spoils the vector, and no scalar", "[core]") {
  const double bad =
      GENERATE(std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
               std::numeric_limits<double>::quiet_NaN());
  const std::vector<FixedPoint> scales(2, FixedPoint(10.0));
  ExactVectorSum spoiled(scales, 1);
  std::vector<double> block = {1.0, bad};
  spoiled.take_vector(block);
  ExactVectorSum whole(scales, 1);
  whole.add_scalar(0, 4.0);
  whole.merge(spoiled);
  whole.pack();
  whole.unpack();
  std::vector<double> out(2);
  whole.vector(out);
  CHECK(std::isnan(out[0]));
  CHECK(std::isnan(out[1]));
  CHECK(whole.scalar(0) == 4.0);
}

TEST_CASE("a value that is not finite is found wherever it is, and the largest is none", "[core]") {
  constexpr std::size_t components = 23;
  const std::vector<FixedPoint> scales(components, FixedPoint(std::numeric_limits<double>::max()));
  std::vector<double> out(components);
  std::vector<double> block(components, std::numeric_limits<double>::max());
  const auto add_and_read = [&] {
    ExactVectorSum sum(scales, 0);
    std::vector<double> taken = block;
    sum.take_vector(taken);
    sum.vector(out);
  };
  add_and_read();
  CHECK(out == block);
  for (std::size_t j = 0; j < components; ++j) {
    CAPTURE(j);
    block[j] = -std::numeric_limits<double>::infinity();
    add_and_read();
    CHECK(std::all_of(out.begin(), out.end(), [](double x) { return std::isnan(x); }));
    block[j] = 0x1p-1074;
  }
  add_and_read();
  CHECK(out == std::vector<double>(components, 0.0));
}

TEST_CASE("scalars are kept apart", "[core]") {
  const std::vector<FixedPoint> none;
  ExactVectorSum sum(none, 3);
  sum.add_scalar(0, 1.0);
  sum.add_scalar(2, 1e300);
  sum.add_scalar(2, 1.0);
  sum.add_scalar(2, -1e300);
  sum.pack();
  sum.unpack();
  CHECK(sum.scalar(0) == 1.0);
  CHECK(sum.scalar(1) == 0.0);
  CHECK(sum.scalar(2) == 1.0);
}
