#include "kernels/fingerprint.hpp"

#include <bit>
#include <cstdint>
#include <set>
#include <vector>

#include "kernels/sample_rows.hpp"
#include "kernels/used_instruction_set.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::UsedInstructionSet;
using mpilogit::testing::Zeros;

namespace {

std::vector<std::uint64_t> fingerprints_of(const AnyRows& rows) {
  std::vector<std::uint64_t> found(row_count(rows));
  fingerprint_rows(rows, found);
  return found;
}

std::vector<double> as_doubles(const AnyRows& rows) {
  std::vector<double> all;
  for (std::size_t i = 0; i < row_count(rows); ++i) {
    for (std::size_t j = 0; j < feature_count(rows); ++j) {
      all.push_back(reference::entry(rows, i, j));
    }
  }
  return all;
}

std::vector<std::uint64_t> fingerprints_of(const std::vector<double>& values,
                                           std::size_t features) {
  return fingerprints_of(
      AnyDenseRows(DenseRows<double>{values.data(), values.size() / features, features}));
}

}  // namespace

TEMPLATE_TEST_CASE("Fingerprints are of the numbers, however they are stored", "", std::uint8_t,
                   std::int8_t, std::uint16_t, std::int16_t, std::uint32_t, std::int32_t,
                   std::uint64_t, std::int64_t, Half, float, double) {
  constexpr std::size_t kFeatures = 7;
  const std::size_t rows = GENERATE(1U, 40U);  // of one row there are fewer entries than columns
  const auto sample = sample_rows<TestType>(rows, kFeatures, Zeros::every_other_stored);
  const auto dense = fingerprints_of(sample.as_dense());
  CHECK(fingerprints_of(sample.as_sparse()) == dense);
  CHECK(fingerprints_of(as_doubles(sample.as_dense()), kFeatures) == dense);
}

TEST_CASE("Fingerprints of entries that are all alike") {
  const std::vector<std::uint16_t> columns = {0, 2, 1, 2};
  const std::vector<std::int64_t> starts = {0, 2, 2, 4};
  const SparseRows<float> alike{nullptr, columns.data(), starts.data(), 3, 3, 2.5F, 0};
  CHECK(fingerprints_of(AnySparseRows(alike)) ==
        fingerprints_of({2.5, 0.0, 2.5, 0.0, 0.0, 0.0, 0.0, 2.5, 2.5}, 3));
}

// (l + k) (h + m) of the number's halves l, h and its column's k, m, less k m.
TEST_CASE("Fingerprints are the sums of their terms under every instruction set") {
  const UsedInstructionSet used(GENERATE(from_range(instruction_sets())));
  const std::size_t features = GENERATE(range(1U, 20U));
  std::vector<double> values;
  for (std::size_t j = 0; j < 3 * features; ++j) {
    values.push_back(j % 4 == 3 ? -0.0 : (static_cast<double>(j) - 7.0) / 3.0);
  }
  const auto found = fingerprints_of(values, features);
  for (std::size_t i = 0; i < 3; ++i) {
    std::uint64_t sum = 0;
    for (std::size_t j = 0; j < features; ++j) {
      const double value = values[i * features + j];
      const auto bits = value == 0.0 ? 0 : std::bit_cast<std::uint64_t>(value);
      const std::uint64_t key = mixed(j, 0);
      const std::uint64_t k = key & 0xffffffffU;
      const std::uint64_t m = key >> 32;
      sum +=
          (((bits & 0xffffffffU) + k) & 0xffffffffU) * (((bits >> 32) + m) & 0xffffffffU) - k * m;
    }
    CHECK(found[i] == sum);
  }
}

TEST_CASE("The fingerprint of rows tells every change of one number apart") {
  // Round numbers, whose bits are nearly all 0.
  constexpr std::size_t kFeatures = 5;
  std::vector<double> values = {0.0, 1.0, 2.0, 0.5, 1.0};
  std::set<std::uint64_t> seen = {fingerprints_of(values, kFeatures).front()};
  std::size_t count = 1;
  for (std::size_t j = 0; j < kFeatures; ++j) {
    for (const double other : {-1.0, 3.0, 4.0, 0.25, 1e300, 0x1p-1074, 1.0 + 0x1p-52}) {
      const double before = std::exchange(values[j], other);
      seen.insert(fingerprints_of(values, kFeatures).front());
      ++count;
      values[j] = before;
    }
  }
  std::swap(values[1], values[2]);
  seen.insert(fingerprints_of(values, kFeatures).front());
  CHECK(seen.size() == count + 1);
}
