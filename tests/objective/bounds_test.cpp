// Bounds must bound, whatever the data: that is what makes overflow impossible.

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "objective/column_bounds.hpp"
#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

TEST_CASE("column bounds bound, and are tight") {
  const auto world = comm::Communicator::world();
  for (const bool weighted : {false, true}) {
    auto sample = testing::make_sample(333, {1e30, 1e-30, 1.0, 0.0, 1e-300}, weighted);
    const data::Dataset dataset = testing::distribute(sample, world);
    const ColumnBounds bounds = measure_columns(Design(dataset), dataset.weights(), world, 2);
    for (std::int64_t j = 0; j < sample.features; ++j) {
      long double absolute = 0;
      long double squares = 0;
      double largest = 0;
      for (std::int64_t i = 0; i < sample.rows; ++i) {
        const long double value = std::fabs(sample.at(i, j));
        absolute += sample.weight(i) * value;
        squares += sample.weight(i) * value * value;
        largest = std::max(largest, static_cast<double>(value));
      }
      const auto k = static_cast<std::size_t>(j);
      CHECK(bounds.largest[k] == largest);
      CHECK(static_cast<long double>(bounds.absolute[k]) >= absolute);
      CHECK(bounds.absolute[k] <= static_cast<double>(absolute) * (1 + 1e-9) + 1e-270);
      CHECK(static_cast<long double>(bounds.squares[k]) >= squares);
      CHECK(bounds.squares[k] <= static_cast<double>(squares) * (1 + 1e-9) + 1e-270);
    }
  }
}

TEST_CASE("no margin is larger than its bound") {
  const auto world = comm::Communicator::world();
  const auto sample = testing::make_sample(200, {1e6, 1e-6, 1.0, 3.0}, true);
  const data::Dataset dataset = testing::distribute(sample, world);
  const ColumnBounds bounds = measure_columns(Design(dataset), dataset.weights(), world, 1);
  const std::vector<std::vector<double>> directions = {
      {1, 1, 1, 1, 1}, {1e-6, 1e6, 1, 1, -3}, {0, 0, 0, 0, 2}, {1e-6, 0, 0, 0, 0}, {0, 0, 0, 0, 0}};
  for (const auto& v : directions) {
    double largest = 0.0;
    for (std::int64_t i = 0; i < sample.rows; ++i) {
      double margin = v.back();
      for (std::int64_t j = 0; j < 4; ++j)
        margin += sample.at(i, j) * v[static_cast<std::size_t>(j)];
      largest = std::max(largest, std::fabs(margin));
    }
    CHECK(bounds.largest_margin(v) >= largest);
    CHECK(bounds.largest_margin(v) <= 10.0 * largest + 1e-280);
  }
}

TEST_CASE("columns whose squares overflow are refused on all ranks") {
  const auto world = comm::Communicator::world();
  const data::Dataset dataset =
      testing::distribute(testing::make_sample(60, {1.0, 1e200}, false), world);
  REQUIRE_THROWS_AS(measure_columns(Design(dataset), dataset.weights(), world, 1), core::Error);
}

}  // namespace
}  // namespace mpilogit::objective
