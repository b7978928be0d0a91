// Gram matrices: to the bit what the plain loop gives, on every instruction set.

#include <array>
#include <vector>

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

namespace {

/// Every third row has none.
std::vector<double> sample_curvatures(std::size_t rows) {
  std::vector<double> curvatures = sample_vector(rows, 5);
  for (std::size_t i = 1; i < rows; i += 3) curvatures[i] = 0;
  return curvatures;
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

/// The elements of a whole triangle between chosen features.
std::vector<double> part_of(const std::vector<double>& triangle,
                            const std::vector<std::uint32_t>& chosen) {
  std::vector<double> part;
  for (std::size_t a = 0; a < chosen.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      part.push_back(triangle[triangle_size(chosen[a]) + chosen[b]]);
    }
  }
  return part;
}

}  // namespace

TEMPLATE_TEST_CASE("a Gram matrix has the bits of the plain loop", "", std::int8_t, std::uint32_t,
                   Half, float, double) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  constexpr std::array<std::array<std::size_t, 2>, 17> shapes = {{{0, 3},
                                                                  {50, 1},
                                                                  {33, 2},
                                                                  {64, 4},
                                                                  {41, 5},
                                                                  {10, 6},
                                                                  {1, 1},
                                                                  {7, 8},
                                                                  {9, 123},
                                                                  {65, 3},
                                                                  {63, 33},
                                                                  {257, 8},
                                                                  {97, 24},
                                                                  {96, 25},
                                                                  {100, 47},
                                                                  {200, 28},
                                                                  {17, 240}}};
  for (const auto [rows, features] : shapes) {
    CAPTURE(rows, features);
    const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
    const auto with_zeros = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
    const std::vector<double> curvatures = sample_curvatures(rows);
    const std::vector<double> expected = plain_gram(sample.as_dense(), curvatures);
    CHECK((gram(sample.as_dense(), curvatures) == expected));
    CHECK((gram(sample.as_sparse(), curvatures) == expected));
    CHECK((gram(with_zeros.as_sparse(), curvatures) == expected));
  }
}

TEMPLATE_TEST_CASE("a Gram matrix of chosen features is a part of the whole", "", std::uint8_t,
                   double) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  constexpr std::array<std::array<std::size_t, 3>, 5> shapes = {
      {{0, 3, 2}, {9, 123, 7}, {65, 33, 2}, {200, 60, 1}, {257, 8, 3}}};
  for (const auto [rows, features, stride] : shapes) {
    CAPTURE(rows, features, stride);
    std::vector<std::uint32_t> chosen;
    for (std::size_t j = 1; j < features; j += stride) {
      chosen.push_back(static_cast<std::uint32_t>(j));
    }
    const auto sample = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
    const std::vector<double> curvatures = sample_curvatures(rows);
    const auto expected = part_of(plain_gram(sample.as_dense(), curvatures), chosen);
    const auto start = part_of(sample_vector(triangle_size(features), 3), chosen);
    for (const AnyRows& stored : {sample.as_dense(), sample.as_sparse()}) {
      std::vector<double> triangle = start;
      add_weighted_gram(stored, chosen, curvatures, triangle);
      CHECK((triangle == expected));
    }
  }
}

TEST_CASE("a Gram matrix of entries that are all alike") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  auto sample = sample_rows<float>(65, 33, Zeros::omitted);
  std::fill(sample.values.begin(), sample.values.end(), 1.7F);
  const std::vector<double> curvatures = sample_curvatures(65);
  const AnyRows implied = AnySparseRows(SparseRows<float>{
      nullptr, sample.columns.data(), sample.starts.data(), sample.rows, sample.features, 1.7F});
  CHECK((gram(implied, curvatures) == gram(sample.as_sparse(), curvatures)));
  CHECK((gram(implied, curvatures) == plain_gram(implied, curvatures)));
}

// By hand: X = (1 2; 3 4), C = diag(10, 100).
TEST_CASE("a Gram matrix known by hand") {
  const std::array<double, 4> values = {1, 2, 3, 4};
  std::vector<double> triangle = {1, 2, 3};
  add_weighted_gram(AnyDenseRows(DenseRows<double>{values.data(), 2, 2}),
                    std::vector<double>{10, 100}, triangle);
  CHECK(triangle == std::vector<double>{1 + 910, 2 + 1220, 3 + 1640});
}
