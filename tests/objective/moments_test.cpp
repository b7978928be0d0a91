// Means and variances, targets and expanded designs against their definitions.

#include "objective/moments.hpp"

#include <cmath>

#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

TEST_CASE("moments are those of the definition, and a constant column has no variance") {
  const auto world = comm::Communicator::world();
  for (const bool weighted : {false, true}) {
    auto sample = testing::make_sample(211, {1.0, 1e6, 1.0, 1.0}, weighted);
    for (std::size_t i = 0; i < 211; ++i) {
      sample.x[4 * i + 1] += 1e9;                 // far from 0
      sample.x[4 * i + 2] = 0.1;                  // constant
      if (i % 3 != 0) sample.x[4 * i + 3] = 0.0;  // mostly zero
    }
    const data::Dataset dataset = testing::distribute(sample, world);
    const Design design(dataset);
    const Targets targets = targets_of(dataset);
    const SharedRows rows(design, targets.weights, world, 2);
    const Moments moments = column_moments(rows, targets.weights);
    for (std::int64_t j = 0; j < 4; ++j) {
      long double total = 0;
      long double mean = 0;
      for (std::int64_t i = 0; i < 211; ++i) {
        total += sample.weight(i);
        mean += static_cast<long double>(sample.weight(i)) * sample.at(i, j);
      }
      mean /= total;
      long double variance = 0;
      for (std::int64_t i = 0; i < 211; ++i) {
        variance += sample.weight(i) * (sample.at(i, j) - mean) * (sample.at(i, j) - mean);
      }
      const auto k = static_cast<std::size_t>(j);
      CHECK(moments.mean[k] == Approx(static_cast<double>(mean)).epsilon(1e-12));
      if (j == 2) {
        CHECK(moments.variance[k] == 0.0);
      } else {
        CHECK(moments.variance[k] == Approx(static_cast<double>(variance / total)).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("class totals, class weights and parts left out") {
  const auto world = comm::Communicator::world();
  const auto sample = testing::make_classes(150, {1.0}, true, 3, false);
  const data::Dataset dataset = testing::distribute(sample, world);
  Targets targets = targets_of(dataset);
  std::vector<double> expected(3, 0.0);
  for (std::int64_t i = 0; i < 150; ++i) {
    expected[static_cast<std::size_t>(sample.y[static_cast<std::size_t>(i)])] += sample.weight(i);
  }
  const auto totals = class_totals(dataset, targets, world, 1);
  for (std::size_t k = 0; k < 3; ++k) CHECK(totals[k] == Approx(expected[k]).epsilon(1e-14));

  apply_class_weights(targets, std::vector<double>{1.0, 0.5, 4.0});
  const auto weighted = class_totals(dataset, targets, world, 1);
  CHECK(weighted[1] == Approx(0.5 * expected[1]).epsilon(1e-14));
  CHECK(weighted[2] == Approx(4.0 * expected[2]).epsilon(1e-14));

  const auto binary = class_totals(dataset, one_against_rest(targets, 2), world, 1);
  CHECK(binary[1] == weighted[2]);
  CHECK(binary[0] == Approx(weighted[0] + weighted[1]).epsilon(1e-14));

  const std::vector<std::uint32_t> all_in_one(targets.labels->size(), 7);
  const auto none = class_totals(dataset, without_part(targets, all_in_one, 7), world, 1);
  CHECK(none == std::vector<double>{0.0, 0.0, 0.0});
  CHECK(class_totals(dataset, without_part(targets, all_in_one, 6), world, 1) == weighted);
}

TEST_CASE("an expanded design is the data set of its products") {
  const auto world = comm::Communicator::world();
  const auto sample = testing::make_sample(90, {1.0, 2.0}, false);
  auto expanded = sample;
  expanded.features = 5;
  expanded.x.clear();
  for (std::int64_t i = 0; i < 90; ++i) {
    const double a = sample.at(i, 0);
    const double b = sample.at(i, 1);
    expanded.x.insert(expanded.x.end(), {a, b, a * a, a * b, b * b});
  }
  const data::Dataset narrow = testing::distribute(sample, world);
  const data::Dataset wide = testing::distribute(expanded, world);
  const Design on_the_fly(narrow, {.features = 2, .degree = 2, .interactions_only = false});
  CHECK(on_the_fly.feature_names() ==
        std::vector<std::string>{"x0", "x1", "x0^2", "x0:x1", "x1^2"});
  const SharedRows rows(on_the_fly, {}, world, 2);
  const DirectPasses passes(rows);
  const LogisticObjective objective(passes, targets_of(narrow), uniform_ridge(0.1, 5));
  const testing::TestObjective stored(wide, world, 0.1);
  const std::vector<double> w = {0.4, -0.1, 0.7, -0.3, 0.2, 0.05};
  const auto a = objective.evaluate(w);
  const auto b = stored.objective.evaluate(w);
  CHECK(a->value() == b->value());
  CHECK(std::vector<double>(a->gradient().begin(), a->gradient().end()) ==
        std::vector<double>(b->gradient().begin(), b->gradient().end()));
  CHECK(a->hessian_matrix().triangle == b->hessian_matrix().triangle);
}

}  // namespace
}  // namespace mpilogit::objective
