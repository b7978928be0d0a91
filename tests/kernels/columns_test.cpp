// Several columns in one pass: each has the bits that it has alone.

#include <algorithm>
#include <array>

#include "kernels/fused_pass.hpp"
#include "kernels/sample_rows.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::sample_vector;
using mpilogit::testing::UsedInstructionSet;
using mpilogit::testing::Zeros;

namespace {

/// Every chunk of columns that the loops have, alone and after a whole one.
constexpr std::array<std::size_t, 12> column_counts = {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 26};
constexpr std::array<std::array<std::size_t, 2>, 6> shapes = {
    {{0, 3}, {1, 1}, {7, 8}, {9, 123}, {65, 3}, {257, 33}}};

double halve(double margin) {
  return 0.5 * margin + 0.25;
}

/// Column k of a row-major matrix.
std::vector<double> column(const std::vector<double>& matrix, std::size_t columns, std::size_t k) {
  std::vector<double> values;
  for (std::size_t n = k; n < matrix.size(); n += columns) values.push_back(matrix[n]);
  return values;
}

struct Pass {
  std::vector<double> coefficients;
  std::vector<double> margins;
  std::vector<double> sums;
};

Pass start(const AnyRows& rows, std::size_t columns) {
  return {sample_vector(feature_count(rows) * columns, 1),
          sample_vector(row_count(rows) * columns, 2),
          sample_vector(feature_count(rows) * columns, 3)};
}

void run_fused(const AnyRows& rows, std::size_t columns, Pass& pass) {
  std::size_t next = 0;
  const auto begin = [&](std::size_t first, std::span<double> tile) {
    std::copy_n(&pass.margins[first * columns], tile.size(), tile.begin());
  };
  const auto transform = [&](std::size_t first, std::span<double> tile) {
    CHECK(first == next);
    CHECK(tile.size() % columns == 0);
    next += tile.size() / columns;
    std::transform(tile.begin(), tile.end(), tile.begin(), halve);
    std::copy(tile.begin(), tile.end(), &pass.margins[first * columns]);
  };
  fused_pass(rows, pass.coefficients, columns, begin, transform, pass.sums);
  CHECK(next == row_count(rows));
}

void run_separately(const AnyRows& rows, std::size_t columns, Pass& pass) {
  add_margins(rows, pass.coefficients, columns, pass.margins);
  std::transform(pass.margins.begin(), pass.margins.end(), pass.margins.begin(), halve);
  add_weighted_rows(rows, pass.margins, columns, pass.sums);
}

/// Also checks fused against separate passes.
void check_columns(const AnyRows& rows, std::size_t columns) {
  const Pass before = start(rows, columns);
  Pass fused = before;
  Pass separate = before;
  run_fused(rows, columns, fused);
  run_separately(rows, columns, separate);
  CHECK(fused.margins == separate.margins);
  CHECK(fused.sums == separate.sums);
  for (std::size_t k = 0; k < columns; ++k) {
    CAPTURE(k);
    Pass alone = {column(before.coefficients, columns, k), column(before.margins, columns, k),
                  column(before.sums, columns, k)};
    run_fused(rows, 1, alone);
    CHECK(column(fused.margins, columns, k) == alone.margins);
    CHECK(column(fused.sums, columns, k) == alone.sums);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a column has the bits that it has alone", "", std::uint8_t, std::int64_t, Half,
                   float, double) {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  for (const auto [rows, features] : shapes) {
    const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
    const auto with_zeros = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
    for (const std::size_t columns : column_counts) {
      CAPTURE(rows, features, columns);
      check_columns(sample.as_dense(), columns);
      check_columns(sample.as_sparse(), columns);
      check_columns(with_zeros.as_sparse(), columns);
    }
  }
}

TEST_CASE("dense and sparse rows give several columns the same bits") {
  const auto sample = sample_rows<float>(65, 33, Zeros::omitted);
  Pass dense = start(sample.as_dense(), 10);
  Pass sparse = dense;
  run_fused(sample.as_dense(), 10, dense);
  run_fused(sample.as_sparse(), 10, sparse);
  CHECK(dense.margins == sparse.margins);
  CHECK(dense.sums == sparse.sums);
}

// By hand: x = (1 2; 3 4), w = (1 10; 100 1000).
TEST_CASE("margins and sums are row-major") {
  const std::array<double, 4> values = {1, 2, 3, 4};
  const AnyRows rows = AnyDenseRows(DenseRows<double>{values.data(), 2, 2});
  const std::vector<double> coefficients = {1, 10, 100, 1000};
  std::vector<double> margins(4, 0.0);
  add_margins(rows, coefficients, 2, margins);
  CHECK(margins == std::vector<double>{201, 2010, 403, 4030});

  std::vector<double> sums(4, 0.0);
  add_weighted_rows(rows, coefficients, 2, sums);
  CHECK(sums == std::vector<double>{301, 3010, 402, 4020});
}
