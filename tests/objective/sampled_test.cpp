// The same function of a part of the blocks.

#include <cmath>

#include "mpilogit/data/partition.hpp"
#include "mpilogit/objective/logistic_objective.hpp"

#include "objective/row_values.hpp"
#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

using testing::SampleData;

constexpr std::int64_t kStride = 8;

// The rows of every kStride-th block.
SampleData part_of(const SampleData& whole) {
  SampleData part = whole;
  part.x.clear();
  part.y.clear();
  part.weights.clear();
  part.offsets.clear();
  part.rows = 0;
  const data::Blocks blocks(whole.rows, whole.features);
  for (std::int64_t b = 0; b < blocks.count(); b += kStride) {
    for (std::int64_t i = blocks.rows_of(b).first; i < blocks.rows_of(b).last; ++i) {
      const auto row = static_cast<std::size_t>(i);
      for (std::int64_t j = 0; j < whole.features; ++j) part.x.push_back(whole.at(i, j));
      part.y.push_back(whole.y[row]);
      if (!whole.weights.empty()) {
        part.weights.push_back(whole.weights[row]);
        part.offsets.push_back(whole.offsets[row]);
      }
      ++part.rows;
    }
  }
  return part;
}

struct Case {
  SampleData sample;
  std::vector<double> w;
};

std::vector<Case> cases() {
  return {{testing::make_sample(9000, {1.0, 2.0}, true), {0.3, -0.2, 0.1}},
          {testing::make_classes(9000, {1.0, 3.0}, false, 3, false),
           {0.3, -0.7, 1.1, 0.2, 0.4, -0.9, 0.1, 0.6, -0.2}}};
}

TEST_CASE("a sample's value, gradient and Hessian are those of its own rows") {
  const auto world = comm::Communicator::world();
  constexpr double kL2 = 0.05;
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, kL2, 2);
    const auto sample = made.objective.sampled(kStride);
    REQUIRE(sample);
    const SampleData part = part_of(test.sample);
    REQUIRE(part.rows < test.sample.rows / 4);
    CHECK(sample->data_rows() == part.rows);
    const auto point = sample->evaluate(test.w);
    CHECK(point->value() ==
          Approx(static_cast<double>(testing::naive_value(part, test.w, kL2))).epsilon(1e-13));
    const auto gradient = testing::naive_gradient(part, test.w, kL2);
    const auto hessian = testing::naive_hessian(part, test.w, kL2);
    const solvers::SymmetricMatrix matrix = point->hessian_matrix();
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      CHECK(point->gradient()[j] == Approx(gradient[j]).epsilon(1e-10));
      for (std::size_t k = 0; k <= j; ++k) {
        CHECK(matrix(j, k) == Approx(hessian[j][k]).epsilon(1e-10).margin(1e-14));
      }
    }
  }
}

TEST_CASE("a sample costs its part of a pass and leaves the whole as it is") {
  const auto world = comm::Communicator::world();
  const Case test = cases().front();
  const data::Dataset dataset = testing::distribute(test.sample, world);
  const testing::TestObjective made(dataset, world, 0.05);
  const double before = made.objective.evaluate(test.w)->value();
  const auto sample = made.objective.sampled(kStride);
  const std::int64_t passes = made.objective.data_passes();
  for (int i = 0; i < 4; ++i) sample->evaluate(test.w);
  CHECK(made.objective.data_passes() == passes + 1);  // 4 eighths, rounded up
  CHECK(made.objective.evaluate(test.w)->value() == before);
}

TEST_CASE("no sample of a few rows, and none without one of the classes") {
  const auto world = comm::Communicator::world();
  SampleData all = cases().front().sample;
  {
    const data::Dataset dataset = testing::distribute(all, world);
    const testing::TestObjective made(dataset, world, 0.05);
    CHECK(!made.objective.sampled(64));
  }
  const data::Blocks blocks(all.rows, all.features);
  for (std::int64_t b = 0; b < blocks.count(); b += kStride) {
    for (std::int64_t i = blocks.rows_of(b).first; i < blocks.rows_of(b).last; ++i) {
      all.y[static_cast<std::size_t>(i)] = 0;
    }
  }
  const data::Dataset dataset = testing::distribute(all, world);
  const testing::TestObjective made(dataset, world, 0.05);
  CHECK(!made.objective.sampled(kStride));
}

TEST_CASE("what one point gives back the next one takes; two at a time have memory of their own") {
  RowValuePool pool(100);
  const double* first = nullptr;
  {
    RowValues values(pool);
    first = values.values().data();
    REQUIRE(values.values().size() == 100);
    const RowValues other(pool);
    CHECK(other.values().data() != first);
  }
  const RowValues again(pool);
  const RowValues more(pool);
  CHECK((again.values().data() == first || more.values().data() == first));
  CHECK(again.values().data() != more.values().data());
}

}  // namespace
}  // namespace mpilogit::objective
