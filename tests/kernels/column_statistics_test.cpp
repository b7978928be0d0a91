#include "kernels/column_statistics.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "kernels/sample_rows.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::sample_vector;
using mpilogit::testing::Zeros;

namespace {

struct Statistics {
  std::vector<double> maxima;
  std::vector<double> absolute;
  std::vector<double> squares;
  std::vector<double> squares_alone;
  std::vector<double> centred;
  std::vector<double> centred_weight;
  std::int64_t most_entries = 0;
  std::int64_t squared_entries = 0;

  bool operator==(const Statistics&) const = default;
};

Statistics start(std::size_t features) {
  return {std::vector<double>(features, 2.0), sample_vector(features, 1),
          sample_vector(features, 2),         sample_vector(features, 5),
          sample_vector(features, 6),         sample_vector(features, 7)};
}

Statistics statistics(const AnyRows& rows, const std::vector<double>& weights) {
  const std::size_t features = feature_count(rows);
  Statistics found = start(features);
  const RowScan scan = scan_rows(rows, found.maxima);
  REQUIRE(scan.finite);
  add_column_sums(rows, weights, found.absolute, found.squares);
  add_column_squares(rows, weights, found.squares_alone);
  add_centred_squares(rows, weights, sample_vector(features, 8), found.centred,
                      found.centred_weight);
  found.most_entries = scan.non_zeros.most;
  found.squared_entries = scan.non_zeros.squared;
  return found;
}

Statistics plain_statistics(const AnyRows& rows, const std::vector<double>& weights) {
  const std::size_t features = feature_count(rows);
  Statistics found = start(features);
  const std::vector<double> centres = sample_vector(features, 8);
  for (std::size_t i = 0; i < row_count(rows); ++i) {
    const double weight = weights.empty() ? 1.0 : weights[i];
    std::int64_t entries = 0;
    for (std::size_t j = 0; j < features; ++j) {
      const double x = reference::entry(rows, i, j);
      if (std::abs(x) > found.maxima[j]) found.maxima[j] = std::abs(x);
      found.absolute[j] += weight * std::abs(x);
      found.squares[j] += weight * (x * x);
      found.squares_alone[j] += weight * (x * x);
      if (x != 0) found.centred[j] += weight * ((x - centres[j]) * (x - centres[j]));
      if (x != 0) found.centred_weight[j] += weight;
      if (x != 0) ++entries;
    }
    found.most_entries = std::max(found.most_entries, entries);
    found.squared_entries += entries * entries;
  }
  return found;
}

}  // namespace

TEMPLATE_TEST_CASE("column statistics give the bits of the plain loops", "", std::uint8_t,
                   std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t,
                   std::uint64_t, std::int64_t, Half, float, double) {
  for (const std::size_t rows : {0U, 1U, 9U, 65U}) {
    for (const std::size_t features : {1U, 3U, 28U, 123U}) {
      CAPTURE(rows, features);
      const auto sample = sample_rows<TestType>(rows, features, Zeros::omitted);
      const auto with_zeros = sample_rows<TestType>(rows, features, Zeros::every_other_stored);
      for (const std::vector<double>& weights : {std::vector<double>{}, sample_vector(rows, 4)}) {
        const Statistics expected = plain_statistics(sample.as_dense(), weights);
        CHECK(statistics(sample.as_dense(), weights) == expected);
        CHECK(statistics(sample.as_sparse(), weights) == expected);
        CHECK(statistics(with_zeros.as_sparse(), weights) == expected);
      }
    }
  }
}

TEST_CASE("centred squares known by hand") {
  const std::array<double, 6> values = {1, 0, 3, 5, 0, -1};
  const std::vector<double> weights = {2, 1, 4};
  const std::vector<double> centres = {2, 1};
  std::vector<double> sums = {10, 20};
  std::vector<double> weight = {1, 1};
  add_centred_squares(AnyDenseRows(DenseRows<double>{values.data(), 3, 2}), weights, centres, sums,
                      weight);
  CHECK(sums == std::vector<double>{10 + 2 * 1 + 1 * 1, 20 + 1 * 16 + 4 * 4});
  CHECK(weight == std::vector<double>{1 + 2 + 1, 1 + 1 + 4});
}

TEST_CASE("finite rows and integers have no non-finite entries") {
  CHECK(find_non_finite(sample_rows<double>(65, 8, Zeros::omitted).as_dense()).count == 0);
  CHECK(find_non_finite(sample_rows<Half>(65, 8, Zeros::omitted).as_sparse()).count == 0);
  CHECK(find_non_finite(sample_rows<std::uint64_t>(65, 8, Zeros::omitted).as_dense()).count == 0);
}

TEST_CASE("a scan finds a non-finite entry wherever it is") {
  const double bad =
      GENERATE(std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
               std::numeric_limits<double>::quiet_NaN());
  constexpr std::size_t features = 47;
  std::vector<float> values(3 * features, std::numeric_limits<float>::max());
  const AnyRows rows = AnyDenseRows(DenseRows<float>{values.data(), 3, features});
  std::vector<double> maxima(features);
  CHECK(scan_rows(rows, maxima).finite);
  for (float& value : values) {
    const float good = std::exchange(value, static_cast<float>(bad));
    CHECK_FALSE(scan_rows(rows, maxima).finite);
    value = good;
  }
  const std::array<double, 3> entries = {1, bad, 2};
  const std::array<std::uint32_t, 3> columns = {1, 2, 0};
  const std::array<std::int64_t, 3> starts = {0, 2, 3};
  CHECK_FALSE(scan_rows(AnySparseRows(SparseRows<double>{entries.data(), columns.data(),
                                                         starts.data(), 2, 3}),
                        maxima)
                  .finite);
}

TEST_CASE("non-finite entries are counted and the first is found") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const float largest = std::numeric_limits<float>::max();
  const std::array<float, 12> dense = {1, largest, 0, 0, 2, nan, -infinity, 0, 0, nan, 1, 1};
  const NonFinite found = find_non_finite(AnyDenseRows(DenseRows<float>{dense.data(), 4, 3}));
  CHECK(found.count == 3);
  CHECK(found.first_row == 1);
  CHECK(found.first_column == 2);

  const std::array<Half, 4> values = {Half{0x3c00}, Half{0x7bff}, Half{0xfc00}, Half{0x7e00}};
  const std::array<std::uint32_t, 4> columns = {5, 2, 7, 8};
  const std::array<std::int64_t, 5> starts = {10, 11, 11, 14, 14};
  const NonFinite sparse = find_non_finite(
      AnySparseRows(SparseRows<Half>{values.data(), columns.data(), starts.data(), 4, 9}));
  CHECK(sparse.count == 2);
  CHECK(sparse.first_row == 2);
  CHECK(sparse.first_column == 7);
}
