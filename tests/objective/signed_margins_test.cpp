// Gains against their definition, row by row.

#include "objective/signed_margins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

using testing::SampleData;

// u_k of a row, and 0 for a reference class in front.
std::vector<double> margins_of(const SampleData& sample, std::int64_t row,
                               const std::vector<double>& direction) {
  const std::size_t columns = sample.columns();
  std::vector<double> margins(sample.reference_class ? 1 : 0, 0.0);
  for (std::size_t k = 0; k < columns; ++k) {
    double margin = direction[static_cast<std::size_t>(sample.features) * columns + k];
    for (std::int64_t j = 0; j < sample.features; ++j) {
      margin += sample.at(row, j) * direction[static_cast<std::size_t>(j) * columns + k];
    }
    margins.push_back(margin);
  }
  return margins;
}

double gain_of(const SampleData& sample, std::int64_t row, const std::vector<double>& direction) {
  const auto margins = margins_of(sample, row, direction);
  const auto label = static_cast<std::size_t>(sample.y[static_cast<std::size_t>(row)]);
  if (sample.classes == 2) return label == 1 ? margins[0] : -margins[0];
  double rival = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < margins.size(); ++k) {
    if (k != label) rival = std::max(rival, margins[k]);
  }
  return margins[label] - rival;
}

void check(SampleData sample, const std::vector<double>& direction) {
  if (!sample.weights.empty()) sample.weights[3] = 0.0;
  const auto world = comm::Communicator::world();
  const data::Dataset dataset = testing::distribute(sample, world);
  const testing::TestObjective made(dataset, world, 0.0, 2, sample.reference_class);
  const SignedMargins gains = signed_margins(made.objective, direction);
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -smallest;
  std::int64_t at_least_half = 0;
  const auto local = dataset.local_rows();
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const bool counts = sample.weight(i) > 0.0;
    const double gain = gain_of(sample, i, direction);
    if (i >= local.first && i < local.first + local.size()) {
      const double found = gains.of_rows[static_cast<std::size_t>(i - local.first)];
      if (counts) {
        CHECK(found == Approx(gain).epsilon(1e-12).margin(1e-13));
      } else {
        CHECK(std::isinf(found));
      }
    }
    if (!counts) continue;
    smallest = std::min(smallest, gain);
    largest = std::max(largest, gain);
    at_least_half += gain >= 0.5 ? 1 : 0;
  }
  CHECK(gains.smallest == Approx(smallest).epsilon(1e-12));
  CHECK(gains.largest == Approx(largest).epsilon(1e-12));
  CHECK(largest_gain(made.objective, direction) == gains.largest);
  CHECK(gains.count(0.5, HUGE_VAL, world) == at_least_half);
  CHECK(gains.count(-HUGE_VAL, 0.5, world) > 0);
}

TEST_CASE("gains of two classes, weighted and not") {
  check(testing::make_sample(301, {1.0, 2.0, 0.5}, false), {0.3, -0.2, 0.9, 0.1});
  check(testing::make_sample(150, {1.0, 1.0}, true), {1.5, -2.5, -0.4});
}

TEST_CASE("gains of several classes, with a reference class and without") {
  check(testing::make_classes(140, {1.0, 3.0}, true, 3, false),
        {0.3, -0.7, 1.1, 0.2, 0.4, -0.9, 0.1, 0.6, -0.2});
  check(testing::make_classes(90, {2.0}, false, 4, true), {0.8, -1.4, 0.3, -0.2, 0.5, 1.2});
}

TEST_CASE("the largest margin of a direction, on whatever rank it is") {
  const auto world = comm::Communicator::world();
  const SampleData sample = testing::make_sample(77, {1.0, 2.0}, false);
  const std::vector<double> direction = {0.5, -1.0, 0.25};
  double largest = 0.0;
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    largest = std::max(largest, std::fabs(margins_of(sample, i, direction)[0]));
  }
  const data::Dataset dataset = testing::distribute(sample, world);
  const testing::TestObjective made(dataset, world, 0.0);
  CHECK(largest_margin(made.objective, direction) == Approx(largest).epsilon(1e-13));
}

}  // namespace
}  // namespace mpilogit::objective
