#include "kernels/rows.hpp"

#include "kernels/sample_rows.hpp"
#include "support/catch.hpp"
#include "support/reference_kernels.hpp"

using namespace mpilogit::kernels;
using mpilogit::testing::sample_rows;
using mpilogit::testing::Zeros;

TEMPLATE_TEST_CASE("a part of rows has their entries", "", std::uint8_t, Half, double) {
  const auto sample = sample_rows<TestType>(20, 7, Zeros::every_other_stored);
  for (const AnyRows& rows : {sample.as_dense(), sample.as_sparse()}) {
    for (const auto& [first, count] :
         {std::pair<std::size_t, std::size_t>{0, 20}, {3, 9}, {19, 1}, {20, 0}, {0, 0}}) {
      const AnyRows part = rows_of(rows, first, count);
      CHECK(row_count(part) == count);
      CHECK(feature_count(part) == 7);
      CHECK(part.index() == rows.index());
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < 7; ++j) {
          CHECK(reference::entry(part, i, j) == reference::entry(rows, first + i, j));
        }
      }
      // A part of a part: the first start of the inner one is not 0.
      if (count > 4) {
        CHECK(reference::entry(rows_of(part, 2, 3), 1, 4) == reference::entry(rows, first + 3, 4));
      }
    }
  }
}
