#include "kernels/column_frame.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/dense/widen.hpp"
#include "support/catch.hpp"

namespace mpilogit::kernels {
namespace {

template <class Value>
AnyRows dense(const std::vector<Value>& values, std::size_t features) {
  return AnyDenseRows(DenseRows<Value>{values.data(), values.size() / features, features});
}

template <class Value>
Extremes extremes_of(const std::vector<Value>& column) {
  std::vector<ColumnExtremes> columns = {{0, {}, {}}};
  add_extremes(dense(column, 1), {}, columns);
  return columns.front().weighted;
}

template <class Value>
std::vector<Value> framed(std::vector<Value> column, double centre, int exponent = 0) {
  const std::vector<FramedColumn> frames = {{0, centre, exponent}};
  put_in_frames(dense(column, 1), reinterpret_cast<std::byte*>(column.data()), frames);
  return column;
}

TEST_CASE("a column is far by its own extremes, exactly") {
  CHECK(holds(FrameRule::far, extremes_of<double>({2049.0, 2050.0})));
  CHECK(holds(FrameRule::far, extremes_of<double>({-2050.0, -2049.0})));
  CHECK_FALSE(holds(FrameRule::far, extremes_of<double>({1023.0, 1024.0})));  // 2^10 spreads
  CHECK(holds(FrameRule::far, extremes_of<double>({1024.0, 1025.0})));
  CHECK_FALSE(holds(FrameRule::far, extremes_of<double>({-1e9, 1e9 + 1.0})));
  CHECK_FALSE(holds(FrameRule::far, extremes_of<double>({0.0, 0.0})));
  CHECK(holds(FrameRule::far, extremes_of<double>({7.0, 7.0})));
  CHECK(holds(FrameRule::one_sign, extremes_of<double>({10.0, 20.0})));
  CHECK_FALSE(holds(FrameRule::one_sign, extremes_of<double>({10.0, std::nextafter(20.0, 30.0)})));
  CHECK_FALSE(holds(FrameRule::none, extremes_of<double>({7.0, 7.0})));
  CHECK_FALSE(holds(FrameRule::far, Extremes{}));  // no rows
}

TEST_CASE("extremes of 64-bit integers keep what a double has no room for") {
  constexpr std::int64_t large = (std::int64_t{1} << 60) + 1;
  const Extremes extremes = extremes_of<std::int64_t>({large + 2, large, large + 1});
  CHECK(extremes.least.high == 0x1p60);
  CHECK(extremes.least.low == 1.0);
  CHECK(extremes.greatest.low == 3.0);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  CHECK(extremes_of<std::uint64_t>({most}).least == ExactValue{0x1p64, -1.0});
  constexpr auto top = std::numeric_limits<std::int64_t>::max();
  CHECK(extremes_of<std::int64_t>({top - 1}).least == ExactValue{0x1p63, -2.0});
  CHECK(extremes_of<std::int64_t>({-top - 1}).least == ExactValue{-0x1p63, 0.0});
}

TEST_CASE("every type is put in its frame without rounding") {
  CHECK(framed<double>({1e12 + 0.5, 1e12}, 1e12) == std::vector<double>{0.5, 0.0});
  CHECK(framed<double>({0x1p500, 0x1.8p501}, 0.0, 100) == std::vector<double>{0x1p400, 0x1.8p401});
  CHECK(framed<float>({16777214.0F, 16777215.0F}, 16777214.0) == std::vector<float>{0.0F, 1.0F});
  constexpr std::int64_t large = (std::int64_t{1} << 60) + 1;
  CHECK(framed<std::int64_t>({large, large + 5}, 0x1p60) == std::vector<std::int64_t>{1, 6});
  CHECK(framed<std::uint8_t>({200, 255}, 200.0) == std::vector<std::uint8_t>{0, 55});
  CHECK(framed<std::int16_t>({-30000, -30010}, -30000.0) == std::vector<std::int16_t>{0, -10});
  // 1024 … 1026 as halves, of which 2 has the bits 0x4000 and 1 has 0x3c00.
  std::vector<Half> halves = {{0x6402}, {0x6401}, {0x6400}};
  const std::vector<FramedColumn> frames = {{0, 1024.0, 0}};
  put_in_frames(dense(halves, 1), reinterpret_cast<std::byte*>(halves.data()), frames);
  CHECK(halves[0].bits == 0x4000);
  CHECK(halves[1].bits == 0x3c00);
  CHECK(halves[2].bits == 0);
}

TEST_CASE("what has no place in its type becomes the nearest that has") {
  CHECK(framed<std::uint16_t>({60000, 0}, 60000.0) == std::vector<std::uint16_t>{0, 0});
  CHECK(framed<std::int8_t>({-100, 100}, -100.0) == std::vector<std::int8_t>{0, 127});
}

TEST_CASE("compressed rows: entries that are not there are zeros, and keep a column where it is") {
  const std::vector<double> values = {1e6, 5.0, 1e6 + 1.0};
  const std::vector<std::uint32_t> columns = {1, 3, 1};
  const std::vector<std::int64_t> starts = {0, 2, 3};
  SparseRows<double> rows;
  rows.values = values.data();
  rows.columns = columns.data();
  rows.starts = starts.data();
  rows.rows = 2;
  rows.features = 4;
  std::vector<ColumnExtremes> found = {{1, {}, {}}, {3, {}, {}}};
  const std::vector<double> weights = {1.0, 0.0};
  add_extremes(AnySparseRows(rows), weights, found);
  CHECK(found[0].weighted.greatest.high == 1e6);
  CHECK(found[0].all.greatest.high == 1e6 + 1.0);
  CHECK(found[1].weighted.least.high == 5.0);
  CHECK(found[1].all.least.high == 0.0);
  FrameCandidates candidates;
  candidates.look_at(FrameRule::far, AnySparseRows(rows), 0);
  CHECK(candidates.candidates().size() == 2);
  candidates.look_at(FrameRule::far, AnySparseRows(rows), 1);
  REQUIRE(candidates.candidates().size() == 1);
  CHECK(candidates.candidates()[0].column == 1);
  std::vector<double> framed_values = values;
  const std::vector<FramedColumn> frames = {{0, 1.0, 0}, {1, 1e6, 0}, {2, 1.0, 0}};
  put_in_frames(AnySparseRows(rows), reinterpret_cast<std::byte*>(framed_values.data()), frames);
  CHECK(framed_values == std::vector<double>{0.0, 5.0, 1.0});
}

}  // namespace
}  // namespace mpilogit::kernels
