#include "kernels/lane_sum.hpp"

#include <vector>

#include "kernels/sample_rows.hpp"
#include "support/catch.hpp"

using mpilogit::kernels::lane_sum;
using mpilogit::kernels::LaneSum;
using mpilogit::testing::sample_vector;

TEST_CASE("a lane sum does not depend on its pieces") {
  const std::vector<double> values = sample_vector(257, 1);
  const double whole = lane_sum(values);
  for (const std::size_t piece : {1U, 3U, 7U, 8U, 63U, 64U, 256U}) {
    LaneSum sum;
    for (std::size_t first = 0; first < values.size(); first += piece) {
      sum.add(std::span(values).subspan(first, std::min(piece, values.size() - first)));
    }
    CHECK(sum.total() == whole);
  }
}

// By hand: value i goes to lane i mod 8, so 1e16, 1 and −1e16 in one lane lose the 1, and in three
// lanes the total loses it too unless the 1 comes last.
TEST_CASE("the order of a lane sum") {
  std::vector<double> values(17, 0.0);
  values[0] = 1e16;
  values[8] = 1;
  values[16] = -1e16;
  CHECK(lane_sum(values) == 0.0);
  values[8] = 0;
  values[9] = 1;
  CHECK(lane_sum(values) == 1.0);
  CHECK(lane_sum({}) == 0.0);
}

TEST_CASE("one column of a matrix sums as if it stood alone") {
  const std::vector<double> column = sample_vector(37, 2);
  std::vector<double> matrix(3 * 37, 1e300);
  for (std::size_t i = 0; i < column.size(); ++i) matrix[3 * i + 1] = column[i];
  LaneSum sum;
  sum.add(std::span(matrix).first(3 * 10), 1, 3);
  sum.add(std::span(matrix).subspan(3 * 10), 1, 3);
  CHECK(sum.total() == lane_sum(column));
}
