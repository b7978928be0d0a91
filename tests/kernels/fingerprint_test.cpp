#include "mpilogit/kernels/fingerprint.hpp"

#include <bit>
#include <cstdint>
#include <set>
#include <vector>

#include "mpilogit/kernels/reference.hpp"

#include "kernels/sample_rows.hpp"
#include "support/catch.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
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
  const auto sample = sample_rows<TestType>(40, kFeatures, Zeros::every_other_stored);
  const auto dense = fingerprints_of(sample.as_dense());
  CHECK(fingerprints_of(sample.as_sparse()) == dense);
  CHECK(fingerprints_of(as_doubles(sample.as_dense()), kFeatures) == dense);
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
