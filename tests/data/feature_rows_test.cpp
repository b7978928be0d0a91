// What can be told from less need not stay in memory; nobody else notices.

#include "data/features/feature_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "kernels/column_statistics.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using mpilogit::data::SparseShard;
using mpilogit::hdf5::ValueType;
namespace kernels = mpilogit::kernels;

namespace {

constexpr std::int64_t kRows = 4;
constexpr std::int64_t kFeatures = 3;
constexpr std::int64_t kEntries = 5;
constexpr std::int64_t kStructureBytes = kEntries * 4 + (kRows + 1) * 8;

/// Entries at (0, 0), (0, 2), (1, 1), (3, 0), (3, 1).
template <class Value>
void fill(SparseShard& shard, const std::vector<Value>& values) {
  shard.starts() = {0, 2, 3, 3, 5};
  const std::vector<std::uint32_t> columns = {0, 2, 1, 0, 1};
  std::copy(columns.begin(), columns.end(), shard.columns());
  std::memcpy(shard.values(), values.data(), values.size() * sizeof(Value));
}

std::vector<double> entries_of(const SparseShard& shard, mpilogit::data::Range rows) {
  const kernels::AnyRows view = shard.view(rows);
  std::vector<double> entries;
  for (std::size_t i = 0; i < kernels::row_count(view); ++i) {
    for (std::size_t j = 0; j < kFeatures; ++j) {
      entries.push_back(kernels::reference::entry(view, i, j));
    }
  }
  return entries;
}

}  // namespace

TEST_CASE("values that are all the same are dropped, and stay what they were") {
  const auto check = [](ValueType type, auto value, double widened) {
    const std::vector values(kEntries, value);
    SparseShard shard(type, kRows, kEntries, kFeatures);
    fill(shard, values);
    const auto size = static_cast<std::int64_t>(sizeof(value));
    REQUIRE(shard.bytes() == kStructureBytes + kEntries * size);
    const double w = widened;
    const std::vector<double> all = {w, 0, w, 0, w, 0, 0, 0, 0, w, w, 0};
    REQUIRE(entries_of(shard, {0, kRows}) == all);
    shard.drop_common_values();
    CHECK(shard.bytes() == kStructureBytes);
    CHECK(entries_of(shard, {0, kRows}) == all);
    CHECK(entries_of(shard, {1, 4}) == std::vector<double>(all.begin() + 3, all.end()));
  };
  check(ValueType::boolean, std::uint8_t{1}, 1.0);
  check(ValueType::int8, std::int8_t{-3}, -3.0);
  check(ValueType::float16, kernels::Half{0x3e00}, 1.5);
  check(ValueType::float32, 1.0F, 1.0);
  check(ValueType::float64, 0.1, 0.1);
  check(ValueType::int64, std::int64_t{1} << 40, 0x1p40);
}

TEST_CASE("one value that differs keeps all") {
  for (std::size_t n = 0; n < kEntries; ++n) {
    std::vector<float> values(kEntries, 1.0F);
    values[n] = 1.5F;
    SparseShard shard(ValueType::float32, kRows, kEntries, kFeatures);
    fill(shard, values);
    const auto before = entries_of(shard, {0, kRows});
    shard.drop_common_values();
    CHECK(shard.bytes() == kStructureBytes + kEntries * 4);
    CHECK(entries_of(shard, {0, kRows}) == before);
  }
}

TEST_CASE("zeros of both signs are not the same value") {
  SparseShard shard(ValueType::float64, kRows, kEntries, kFeatures);
  fill<double>(shard, {0.0, 0.0, -0.0, 0.0, 0.0});
  shard.drop_common_values();
  CHECK(shard.bytes() == kStructureBytes + kEntries * 8);
}

TEST_CASE("a common value that is not finite is found") {
  const std::vector<float> values(kEntries, std::numeric_limits<float>::quiet_NaN());
  SparseShard shard(ValueType::float32, kRows, kEntries, kFeatures);
  fill(shard, values);
  shard.drop_common_values();
  REQUIRE(shard.bytes() == kStructureBytes);
  const kernels::NonFinite found = kernels::find_non_finite(shard.view({1, kRows}));
  CHECK(found.count == 3);
  CHECK(found.first_row == 0);
  CHECK(found.first_column == 1);
}

TEST_CASE("a shard without entries has nothing to drop") {
  SparseShard shard(ValueType::float32, kRows, 0, kFeatures);
  shard.drop_common_values();
  CHECK(entries_of(shard, {0, kRows}) == std::vector<double>(kRows * kFeatures, 0.0));
}

TEST_CASE("columns keep 16 bits where no feature needs more") {
  const std::vector<float> values = {1, 2, 3, 4, 5};
  const auto bytes = [&](std::int64_t features) {
    SparseShard shard(ValueType::float32, kRows, kEntries, features);
    fill(shard, values);
    shard.columns()[1] = static_cast<std::uint32_t>(features - 1);
    shard.compact();
    const auto view = std::get<kernels::SparseRows<float>>(
        std::get<kernels::AnySparseRows>(shard.view({0, kRows})));
    std::vector<std::uint32_t> found;
    for (std::size_t n = 0; n < kEntries; ++n) found.push_back(view.columns[n]);
    CHECK(found ==
          std::vector<std::uint32_t>{0, static_cast<std::uint32_t>(features - 1), 1, 0, 1});
    return shard.bytes();
  };
  constexpr std::int64_t rest = kEntries * 4 + (kRows + 1) * 8;
  CHECK(bytes(3) == kEntries * 2 + rest);
  CHECK(bytes(65536) == kEntries * 2 + rest);
  CHECK(bytes(65537) == kEntries * 4 + rest);
}

TEST_CASE("compact rows are worth what they were") {
  SparseShard shard(ValueType::float32, kRows, kEntries, kFeatures);
  fill<float>(shard, {1, 2, 3, 4, 5});
  const auto all = entries_of(shard, {0, kRows});
  const auto part = entries_of(shard, {1, 4});
  shard.compact();
  CHECK(entries_of(shard, {0, kRows}) == all);
  CHECK(entries_of(shard, {1, 4}) == part);
}

TEST_CASE("rows of one length need no starts") {
  SparseShard shard(ValueType::float32, 3, 6, kFeatures);
  shard.starts() = {0, 2, 4, 6};
  const std::vector<std::uint32_t> columns = {0, 2, 1, 2, 0, 1};
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  std::copy(columns.begin(), columns.end(), shard.columns());
  std::memcpy(shard.values(), values.data(), sizeof(float) * values.size());
  shard.compact();
  CHECK(shard.bytes() == 6 * 2 + 6 * 4);
  CHECK(entries_of(shard, {0, 3}) == std::vector<double>{1, 0, 2, 0, 3, 4, 5, 6, 0});
  CHECK(entries_of(shard, {1, 3}) == std::vector<double>{0, 3, 4, 5, 6, 0});
  CHECK(entries_of(shard, {2, 2}).empty());
}

TEST_CASE("a shard without rows, and rows without entries, are compact too") {
  SparseShard none(ValueType::float32, 0, 0, kFeatures);
  none.compact();
  CHECK(entries_of(none, {0, 0}).empty());
  SparseShard empty(ValueType::float32, kRows, 0, kFeatures);
  empty.compact();
  CHECK(entries_of(empty, {0, kRows}) == std::vector<double>(kRows * kFeatures, 0.0));
}

TEST_CASE("what columns leave behind goes back to the system") {
  constexpr std::int64_t many = std::int64_t{1} << 20;
  SparseShard shard(ValueType::float32, 1, many, many);
  SparseShard narrow(ValueType::float32, 1, many, kFeatures);
  for (SparseShard* one : {&shard, &narrow}) {
    one->starts() = {0, many};
    for (std::int64_t n = 0; n < many; ++n) one->columns()[n] = static_cast<std::uint32_t>(n % 3);
    one->compact();
  }
  CHECK(shard.bytes() - narrow.bytes() == 2 * many);
  const auto view =
      std::get<kernels::SparseRows<float>>(std::get<kernels::AnySparseRows>(narrow.view({0, 1})));
  for (std::size_t n = 0; n < many; ++n) REQUIRE(view.columns[n] == n % 3);
}
