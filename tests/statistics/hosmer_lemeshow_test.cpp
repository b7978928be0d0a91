// Against R 4.2.2: the lines of ResourceSelection::hoslem.test (quantile, cut, xtabs) on these
// rows.

#include <cmath>
#include <cstddef>

#include "statistics/fit_statistics.hpp"
#include "statistics/scored_rows.hpp"
#include "support/catch.hpp"

namespace mpilogit::statistics {
namespace {

// Margins (7 i mod period) / divisor + first, class 1 where i² mod 7 < 3.
Rows sample(int count, int period, double divisor, double first) {
  Rows rows;
  for (int i = 0; i < count; ++i) {
    rows.margins.push_back((7 * i) % period / divisor + first);
    rows.labels.push_back((i * i) % 7 < 3 ? 1 : 0);
  }
  return rows;
}

std::optional<HosmerLemeshow> test_of(const Rows& rows, std::int64_t groups = 10) {
  const auto world = comm::Communicator::world();
  return hosmer_lemeshow(part_of(rows, world).view(), world, groups);
}

void check(const Rows& rows, std::int64_t groups, double statistic, std::int64_t degrees) {
  const auto test = test_of(rows, groups);
  REQUIRE(test.has_value());
  CHECK(test->statistic == Approx(statistic).epsilon(1e-13));
  CHECK(test->degrees == degrees);
}

TEST_CASE("deciles and quarters of rows that are hardly tied") {
  check(sample(95, 101, 25.0, -2.0), 10, 64.71348279896664, 8);
  check(sample(95, 101, 25.0, -2.0), 4, 58.60340458148177, 2);
}

TEST_CASE("ties stay together, and may leave fewer groups") {
  check(sample(95, 13, 4.0, -1.5), 10, 44.4313597868403, 8);
  // hoslem.test says NaN here, of cuts between which there is no row: without those.
  check(sample(95, 5, 1.0, -2.0), 10, 101.6592660889248, 3);
  check(sample(95, 6, 2.0, -1.0), 10, 31.49882079532783, 3);
}

TEST_CASE("weights count rows, trials too") {
  Rows weighted = sample(95, 13, 4.0, -1.5);
  for (int i = 0; i < 95; ++i) weighted.weights.push_back(i % 4);
  check(weighted, 10, 52.83483281426194, 8);

  Rows aggregated = weighted;
  aggregated.trials = aggregated.weights;
  aggregated.weights.clear();
  for (std::size_t i = 0; i < 95; ++i) {
    aggregated.successes.push_back(aggregated.labels[i] == 1 ? aggregated.trials[i] : 0.0);
  }
  aggregated.labels.clear();
  check(aggregated, 10, 52.83483281426194, 8);
}

TEST_CASE("two groups leave no degree of freedom") {
  CHECK_FALSE(test_of(sample(95, 3, 1.0, -0.5)).has_value());
  CHECK_FALSE(test_of(sample(95, 1, 1.0, 0.5)).has_value());
  CHECK_FALSE(test_of(Rows()).has_value());
}

// A margin of 60 has a probability of 1 in doubles, and e^−60 of the other class: by hand
// (1 − e^−60)² / e^−60 for the one group that contradicts it.
TEST_CASE("the impossible counts by its tail") {
  Rows rows = sample(95, 101, 25.0, -2.0);
  rows.margins[3] = 60.0;
  rows.labels[3] = 0;
  rows.trials.assign(95, 1.0);
  for (const auto label : rows.labels) rows.successes.push_back(label);
  rows.labels.clear();
  const auto test = test_of(rows, 95);
  REQUIRE(test.has_value());
  CHECK(test->statistic == Approx(std::exp(60.0)).epsilon(1e-12));
}

}  // namespace
}  // namespace mpilogit::statistics
