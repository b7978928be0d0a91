// Margins, row sums, the fused pass and Gram matrices: to the bit what the plain loops give.

#include <algorithm>
#include <array>

#include "kernels/fused_pass.hpp"
#include "kernels/guarded_copy.hpp"
#include "kernels/sample_rows.hpp"
#include "kernels/used_instruction_set.hpp"
#include "kernels/weighted_gram.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::sample_vector;
using mpilogit::testing::UsedInstructionSet;
using mpilogit::testing::Zeros;

#define MPILOGIT_STORAGE_TYPES                                                         \
  std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t, \
      std::uint64_t, std::int64_t, Half, float, double

namespace {

constexpr std::array<std::size_t, 12> row_counts = {0, 1, 3, 4, 5, 7, 8, 9, 18, 63, 65, 257};
constexpr std::array<std::size_t, 13> feature_counts = {1,  3,  4,  5,  7,  8,  9,
                                                        15, 17, 20, 28, 39, 123};

double halve(double margin) {
  return 0.5 * margin + 0.25;
}

struct Pass {
  std::vector<double> margins;
  std::vector<double> factors;
  std::vector<double> sums;

  bool operator==(const Pass&) const = default;
};

Pass start(const AnyRows& rows) {
  return {sample_vector(row_count(rows), 1), {}, sample_vector(feature_count(rows), 2)};
}

Pass plain_pass(const AnyRows& rows, const std::vector<double>& coefficients) {
  Pass pass = start(rows);
  reference::add_margins(rows, coefficients, pass.margins);
  pass.factors = pass.margins;
  std::transform(pass.factors.begin(), pass.factors.end(), pass.factors.begin(), halve);
  reference::add_weighted_rows(rows, pass.factors, pass.sums);
  return pass;
}

Pass separate_passes(const AnyRows& rows, const std::vector<double>& coefficients) {
  Pass pass = start(rows);
  add_margins(rows, coefficients, 1, pass.margins);
  pass.factors = pass.margins;
  std::transform(pass.factors.begin(), pass.factors.end(), pass.factors.begin(), halve);
  add_weighted_rows(rows, pass.factors, 1, pass.sums);
  return pass;
}

/// Also checks that the tiles come in order and without gaps.
Pass one_pass(const AnyRows& rows, const std::vector<double>& coefficients) {
  Pass pass = start(rows);
  std::vector<double> margins;
  const auto begin = [&](std::size_t first, std::span<double> tile) {
    std::copy_n(&pass.margins[first], tile.size(), tile.begin());
  };
  const auto transform = [&](std::size_t first, std::span<double> tile) {
    CHECK(first == margins.size());
    margins.insert(margins.end(), tile.begin(), tile.end());
    std::transform(tile.begin(), tile.end(), tile.begin(), halve);
    pass.factors.insert(pass.factors.end(), tile.begin(), tile.end());
  };
  fused_pass(rows, coefficients, 1, begin, transform, pass.sums);
  pass.margins = margins;
  return pass;
}

std::vector<double> gram(const AnyRows& rows, const std::vector<double>& curvatures) {
  std::vector<double> triangle = sample_vector(triangle_size(feature_count(rows)), 3);
  add_weighted_gram(rows, curvatures, triangle);
  return triangle;
}

std::vector<double> plain_gram(const AnyRows& rows, const std::vector<double>& curvatures) {
  std::vector<double> triangle = sample_vector(triangle_size(feature_count(rows)), 3);
  reference::add_weighted_gram(rows, curvatures, triangle);
  return triangle;
}

}  // namespace

TEMPLATE_TEST_CASE("passes give the bits of the plain loops", "", MPILOGIT_STORAGE_TYPES) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (const std::size_t rows : row_counts) {
    for (const std::size_t features : feature_counts) {
      CAPTURE(rows, features);
      const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
      const auto with_zeros = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
      const std::vector<double> coefficients = sample_vector(features, 4);
      const Pass expected = plain_pass(sample.as_dense(), coefficients);
      for (const AnyRows& stored :
           {sample.as_dense(), sample.as_sparse(), with_zeros.as_sparse()}) {
        CHECK(row_count(stored) == rows);
        CHECK(feature_count(stored) == features);
        CHECK(separate_passes(stored, coefficients) == expected);
        CHECK(one_pass(stored, coefficients) == expected);
      }
    }
  }
}

TEMPLATE_TEST_CASE("Gram matrices have the bits of the plain loops", "", MPILOGIT_STORAGE_TYPES) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  constexpr std::array<std::array<std::size_t, 2>, 7> shapes = {
      {{0, 3}, {1, 1}, {7, 8}, {9, 123}, {65, 3}, {63, 33}, {257, 8}}};
  for (const auto [rows, features] : shapes) {
    CAPTURE(rows, features);
    const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
    const auto with_zeros = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
    const std::vector<double> curvatures = sample_vector(rows, 5);
    const std::vector<double> expected = plain_gram(sample.as_dense(), curvatures);
    CHECK(gram(sample.as_dense(), curvatures) == expected);
    CHECK(gram(sample.as_sparse(), curvatures) == expected);
    CHECK(gram(with_zeros.as_sparse(), curvatures) == expected);
  }
}

TEMPLATE_TEST_CASE("Gram matrices of chosen features are parts of the whole", "", std::uint8_t,
                   Half, float, double) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  constexpr std::array<std::array<std::size_t, 3>, 8> shapes = {{{0, 3, 2},
                                                                 {1, 1, 1},
                                                                 {9, 123, 1},
                                                                 {9, 123, 7},
                                                                 {9, 123, 1000},
                                                                 {65, 33, 2},
                                                                 {65, 33, 1},
                                                                 {257, 8, 3}}};
  for (const auto [rows, features, stride] : shapes) {
    CAPTURE(rows, features, stride);
    std::vector<std::uint32_t> chosen;
    for (std::size_t j = stride > 1 ? 1 : 0; j < features; j += stride) {
      chosen.push_back(static_cast<std::uint32_t>(j));
    }
    const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
    const auto with_zeros = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
    const std::vector<double> curvatures = sample_vector(rows, 5);
    const std::vector<double> whole = plain_gram(sample.as_dense(), curvatures);
    const std::vector<double> start = sample_vector(triangle_size(features), 3);
    std::vector<double> expected;
    std::vector<double> chosen_start;
    for (std::size_t a = 0; a < chosen.size(); ++a) {
      for (std::size_t b = 0; b <= a; ++b) {
        expected.push_back(whole[triangle_size(chosen[a]) + chosen[b]]);
        chosen_start.push_back(start[triangle_size(chosen[a]) + chosen[b]]);
      }
    }
    for (const AnyRows& stored : {sample.as_dense(), sample.as_sparse(), with_zeros.as_sparse()}) {
      std::vector<double> triangle = chosen_start;
      add_weighted_gram(stored, chosen, curvatures, triangle);
      CHECK(triangle == expected);
    }
  }
}

TEST_CASE("a Gram matrix of no chosen features is nothing") {
  const auto sample = sample_rows<float>(9, 8, Zeros::omitted);
  const std::vector<double> curvatures = sample_vector(9, 5);
  std::vector<double> triangle;
  add_weighted_gram(sample.as_dense(), std::vector<std::uint32_t>{}, curvatures, triangle);
  add_weighted_gram(sample.as_sparse(), std::vector<std::uint32_t>{}, curvatures, triangle);
  CHECK(triangle.empty());
}

TEMPLATE_TEST_CASE("the reference finds the same entries in sparse rows", "", std::int8_t, Half,
                   double) {
  const auto sample = sample_rows<TestType>(9, 8, Zeros::every_other_stored);
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t j = 0; j < 8; ++j) {
      const double entry = widen(sample.dense[i * 8 + j]);
      CHECK(reference::entry(sample.as_dense(), i, j) == entry);
      CHECK(reference::entry(sample.as_sparse(), i, j) == entry);
    }
  }
}

// A page without access lies where the data end: any read beyond is a fault, masked or not.
TEMPLATE_TEST_CASE("passes read nothing beyond the last row", "", std::uint8_t, Half, float,
                   double) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (const std::size_t features : feature_counts) {
    constexpr std::size_t rows = 23;
    const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
    const mpilogit::testing::GuardedCopy<TestType> copy(sample.dense);
    const std::vector<double> coefficients = sample_vector(features, 4);
    const AnyRows guarded = AnyDenseRows(DenseRows<TestType>{copy.data(), rows, features});
    CHECK(one_pass(guarded, coefficients) == plain_pass(sample.as_dense(), coefficients));
  }
}

TEST_CASE("rows wider than a tile") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const auto sample = sample_rows<float>(17, 3001, Zeros::omitted);
  const std::vector<double> coefficients = sample_vector(3001, 6);
  const Pass expected = plain_pass(sample.as_dense(), coefficients);
  CHECK(one_pass(sample.as_dense(), coefficients) == expected);
  CHECK(one_pass(sample.as_sparse(), coefficients) == expected);
}

// (1 + 2^-30) (1 − 2^-30) = 1 − 2^-60 rounds to 1. Where product and sum are fused it does not.
TEST_CASE("products are fused with their sums where the instruction set can") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const double unrounded = fuses_products() ? -0x1p-60 : 0.0;
  const double above = 1 + 0x1p-30;
  const double below = 1 - 0x1p-30;
  const std::vector<double> values(9, above);
  const AnyRows rows = AnyDenseRows(DenseRows<double>{values.data(), 9, 1});
  const std::vector<double> coefficients = {below};
  std::vector<double> margins(9, -1.0);
  add_margins(rows, coefficients, 1, margins);
  CHECK(margins == std::vector<double>(9, unrounded));

  // The first sum is −8 either way: 1 − 2^-60 − 9 is nearest to it. The ninth alone ends near 0.
  const std::vector<double> factors(9, below);
  std::vector<double> sums = {-9.0};
  add_weighted_rows(rows, factors, 1, sums);
  CHECK(sums[0] == unrounded);

  // c x x with c x = 1 − 2^-60 → 1, rounded on its own: the sum is nine times 1 + 2^-30, less 9
  std::vector<double> triangle = {-9.0};
  add_weighted_gram(rows, factors, triangle);
  CHECK(triangle[0] == 9 * 0x1p-30);
}

// 1e16 + 1 − 1e16 is 0 in this order (a tie, to even) and 1 or 2 in others.
TEST_CASE("sums keep their order") {
  const std::vector<double> values = {1e16, 1, -1e16, 0, 0, 0, 0, 0, 0};
  const std::vector<double> ones(9, 1.0);
  std::vector<double> margin = {0.0};
  add_margins(AnyDenseRows(DenseRows<double>{values.data(), 1, 9}), ones, 1, margin);
  CHECK(margin[0] == 0.0);

  std::vector<double> sum = {0.0};
  add_weighted_rows(AnyDenseRows(DenseRows<double>{values.data(), 9, 1}), ones, 1, sum);
  CHECK(sum[0] == 0.0);
}
