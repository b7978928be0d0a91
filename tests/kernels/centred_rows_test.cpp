#include "kernels/centred_rows.hpp"

#include <array>
#include <limits>

#include "kernels/sample_rows.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::Zeros;

namespace {

std::vector<double> entries_of(const AnyRows& rows) {
  std::vector<double> values;
  for (std::size_t i = 0; i < row_count(rows); ++i) {
    for (std::size_t j = 0; j < feature_count(rows); ++j) {
      values.push_back(reference::entry(rows, i, j));
    }
  }
  return values;
}

}  // namespace

TEMPLATE_TEST_CASE("rows are measured from their centre, dense and compressed alike", "",
                   std::int8_t, std::uint32_t, std::int64_t, Half, float, double) {
  const std::vector<double> centre = {0.0, 7.25, 0.0, 0.0, -3.0, 1e9, 0.0};
  for (const Zeros zeros : {Zeros::omitted, Zeros::every_other_stored}) {
    const auto sample = sample_rows<TestType>(23, centre.size(), zeros);
    CentredRows dense(centre);
    CentredRows compressed(centre);
    for (const auto& [first, count] : {std::pair{0, 23}, std::pair{5, 9}, std::pair{22, 1}}) {
      const auto from = static_cast<std::size_t>(first);
      const auto size = static_cast<std::size_t>(count);
      std::vector<double> expected;
      for (std::size_t i = from; i < from + size; ++i) {
        for (std::size_t j = 0; j < centre.size(); ++j) {
          expected.push_back(reference::entry(sample.as_dense(), i, j) - centre[j]);
        }
      }
      CHECK(entries_of(dense.centred(sample.as_dense(), from, size)) == expected);
      CHECK(entries_of(compressed.centred(sample.as_sparse(), from, size)) == expected);
    }
  }
}

TEST_CASE("compressed rows whose entries are all alike, and rows without any") {
  const std::array<std::uint16_t, 3> columns = {1, 0, 2};
  const std::array<std::int64_t, 4> starts = {0, 1, 1, 3};
  SparseRows<std::uint8_t> ones{nullptr, columns.data(), starts.data(), 3, 3};
  ones.common = 1;
  CentredRows buffer(std::vector<double>{0.0, 0.75, 0.5});
  const AnyRows any = buffer.centred(AnySparseRows(ones), 0, 3);
  CHECK(entries_of(any) == std::vector<double>{0, 0.25, -0.5, 0, -0.75, -0.5, 1, -0.75, 0.5});
  // What is not there and has no centre stays away.
  const auto rows = std::get<SparseRows<double>>(std::get<AnySparseRows>(any));
  CHECK(std::vector(rows.starts, rows.starts + 4) == std::vector<std::int64_t>{0, 2, 4, 7});
}

// 2^60 + 1 is the double 2^60.
TEST_CASE("integers beyond 2^53 are subtracted before they are widened") {
  constexpr std::int64_t base = std::int64_t{1} << 60;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::array<std::int64_t, 6> values = {base + 1, base - 3, -base - 5, most, 12, -most - 1};
  const auto less = [&](double centre) {
    CentredRows buffer(std::vector<double>{centre});
    return entries_of(
        buffer.centred(AnyDenseRows(DenseRows<std::int64_t>{values.data(), 6, 1}), 0, 6));
  };
  CHECK(less(0x1p60) ==
        std::vector<double>{1, -3, -0x1p61, 0x1p63 - 0x1p60, 12 - 0x1p60, -0x1p63 - 0x1p60});
  CHECK(less(-0x1p60)[2] == -5.0);
  CHECK(less(-0x1p63)[3] == 0x1p64);
  CHECK(less(0x1p63)[3] == 0.0);  // no int64: as a double
  CHECK(less(-1e300)[0] == 1e300);
  CHECK(less(0.5)[4] == 11.5);

  const std::array<std::uint64_t, 2> large = {std::numeric_limits<std::uint64_t>::max(),
                                              (std::uint64_t{1} << 63) + 1};
  CentredRows buffer(std::vector<double>{0x1p63});
  const AnyRows rows = AnyDenseRows(DenseRows<std::uint64_t>{large.data(), 2, 1});
  CHECK(entries_of(buffer.centred(rows, 0, 2)) == std::vector<double>{0x1p63, 1.0});
}
