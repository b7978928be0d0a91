// The same function of a part of the blocks.

#include <algorithm>
#include <cmath>

#include "data/partition.hpp"
#include "objective/curvature/hessian_plan.hpp"
#include "objective/logistic_objective.hpp"
#include "objective/pass/row_values.hpp"
#include "objective/point/logistic_point.hpp"
#include "objective/point/problem.hpp"
#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

using testing::SampleData;

constexpr std::int64_t kStride = 8;

// 9000 rows are 71 blocks of 128 rows, the last of 40. One in 8 of the rows: with an eighth of each
// block the pieces would be too short, so it is a quarter of every second.
constexpr std::int64_t kBlockRows = 128;

bool in_sample(std::int64_t row) {
  const bool last = row / kBlockRows == 70;
  return row / kBlockRows % 2 == 0 && row % kBlockRows < (last ? 10 : 32);
}

SampleData part_of(const SampleData& whole) {
  SampleData part = whole;
  part.x.clear();
  part.y.clear();
  part.weights.clear();
  part.offsets.clear();
  part.rows = 0;
  for (std::int64_t i = 0; i < whole.rows; ++i) {
    if (!in_sample(i)) continue;
    const auto row = static_cast<std::size_t>(i);
    for (std::int64_t j = 0; j < whole.features; ++j) part.x.push_back(whole.at(i, j));
    part.y.push_back(whole.y[row]);
    if (!whole.weights.empty()) {
      part.weights.push_back(whole.weights[row]);
      part.offsets.push_back(whole.offsets[row]);
    }
    ++part.rows;
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

TEST_CASE("samples are of whole blocks where there are many, else of parts of more of them") {
  const data::Blocks many(3'000'000, 496);  // 367 blocks of 8192 rows
  CHECK(refined({}, 4, many) == Sampling{4, 1});
  CHECK(refined({}, 16, many) == Sampling{4, 4});
  CHECK(sampled_rows({4, 4}, many) == 92 * 2048);  // blocks 0, 4 … 364
  const data::Blocks few(25'000, 44'798);          // 25 blocks of 1024 rows
  CHECK(refined({}, 4, few) == Sampling{1, 4});
  CHECK(refined({1, 4}, 3, few) == Sampling{1, 12});
  CHECK(refined({}, 4, few, 5) == Sampling{4, 1});
  const data::Blocks tiny(3'000, 5);  // 94 blocks of 32 rows
  CHECK(refined({}, 8, tiny) == Sampling{8, 1});
  CHECK(refined({}, 1, tiny) == Sampling{});
}

TEST_CASE("a sample of a sample is a part of it, on every rank") {
  const auto world = comm::Communicator::world();
  const data::Dataset dataset = testing::distribute(cases().front().sample, world);
  const data::Blocks blocks = dataset.shape().blocks();
  const auto all = local_blocks(dataset);
  for (const std::int64_t stride : {2, 4, 16}) {
    const Sampling outer = refined({}, stride, blocks);
    for (const std::int64_t more : {1, 2, 3, 5, 8}) {
      CAPTURE(stride, more);
      const Sampling inner = refined(outer, more, blocks);
      CHECK(inner.stride() == stride * more);
      const auto outer_blocks = sampled_blocks(outer, all);
      std::int64_t rows = 0;
      for (const auto& piece : sampled_blocks(inner, all)) {
        const auto within =
            std::find_if(outer_blocks.begin(), outer_blocks.end(),
                         [&](const LocalBlock& block) { return block.number == piece.number; });
        REQUIRE(within != outer_blocks.end());
        CHECK(piece.first == within->first);
        CHECK(piece.rows <= within->rows);
        rows += static_cast<std::int64_t>(piece.rows);
      }
      CHECK(world.sum(rows) == sampled_rows(inner, blocks));
    }
  }
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

TEST_CASE("a sampled Hessian makes up for what it has too little of") {
  const auto world = comm::Communicator::world();
  constexpr double kL2 = 0.05;
  SampleData all = testing::make_sample(9000, {1.0, 2.0}, false);
  const Sampling every_eighth{8, 1};
  const auto in_it = [](std::int64_t row) { return row / kBlockRows % 8 == 0; };
  double squares[2] = {0.0, 0.0};
  double sampled_squares = 0.0;
  double sampled = 0.0;
  for (std::int64_t i = 0; i < all.rows; ++i) {
    if (in_it(i)) all.x[static_cast<std::size_t>(2 * i + 1)] = 0.0;  // the sample lacks this one
    for (std::int64_t j = 0; j < 2; ++j) squares[j] += all.at(i, j) * all.at(i, j);
    if (in_it(i)) sampled += 1.0;
    if (in_it(i)) sampled_squares += all.at(i, 0) * all.at(i, 0);
  }
  const data::Dataset dataset = testing::distribute(all, world);
  const testing::TestObjective made(dataset, world, kL2);
  Problem problem(made.passes, made.targets, uniform_ridge(kL2, 2));
  problem.hessian_sampling = every_eighth;
  // Without coefficients all curvatures are 1/4.
  const LogisticPoint point(problem, std::vector<double>(3, 0.0));
  const auto blocks = point.hessian_blocks();
  REQUIRE(blocks.size() == 1);
  const double rows = static_cast<double>(all.rows);
  const double common = std::max(sampled_squares / sampled, squares[0] / rows);
  CHECK(blocks[0](0, 0) == Approx(0.25 * common + kL2));
  CHECK(blocks[0](1, 1) == Approx(0.25 * squares[1] / rows + kL2));
  CHECK(blocks[0](1, 0) == 0.0);
  CHECK(blocks[0](2, 2) == Approx(0.25));
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
  for (std::int64_t i = 0; i < all.rows; ++i) {
    if (in_sample(i)) all.y[static_cast<std::size_t>(i)] = 0;
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
