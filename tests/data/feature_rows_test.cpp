// Values that are all the same need not stay in memory; nobody else notices.

#include "data/feature_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "mpilogit/kernels/column_statistics.hpp"
#include "mpilogit/kernels/reference.hpp"

#include "support/catch.hpp"

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
