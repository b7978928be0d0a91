// Mini-batches: an epoch is a pass, and the order depends on seed and epoch alone.

#include "objective/logistic_batches.hpp"
#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

TEST_CASE("the batches of an epoch average to the gradient") {
  const auto world = comm::Communicator::world();
  // 256 rows: 16 blocks of 16 rows, batches of two blocks, all of one size.
  const auto sample = testing::make_sample(256, {1.0, 2.0}, false);
  const data::Dataset dataset = testing::distribute(sample, world);
  const testing::TestObjective made(dataset, world, 0.1);
  const LogisticObjective& objective = made.objective;
  const LogisticBatches batches(objective, 32, 5);
  REQUIRE(batches.batches() == 8);
  const std::vector<double> w = {0.4, -0.3, 0.2};
  std::vector<double> mean(3, 0.0);
  for (std::int64_t b = 0; b < 8; ++b) {
    std::vector<double> gradient(3);
    batches.batch_gradient(0, b, w, gradient);
    for (std::size_t j = 0; j < 3; ++j) mean[j] += gradient[j] / 8.0;
  }
  const auto expected = testing::naive_gradient(sample, w, 0.1);
  for (std::size_t j = 0; j < 3; ++j) CHECK(mean[j] == Approx(expected[j]).epsilon(1e-12));
  CHECK(objective.data_passes() == 1);
}

TEST_CASE("seed and epoch decide the order") {
  const auto world = comm::Communicator::world();
  const data::Dataset dataset =
      testing::distribute(testing::make_sample(500, {1.0, 1.0}, true), world);
  const testing::TestObjective made(dataset, world, 0.0);
  const LogisticObjective& objective = made.objective;
  const LogisticBatches one(objective, 16, 1);
  const LogisticBatches same(objective, 16, 1);
  const LogisticBatches other(objective, 16, 2);
  const std::vector<double> w = {0.1, 0.2, 0.3};
  const auto gradient = [&](const LogisticBatches& batches, std::int64_t epoch) {
    std::vector<double> result(3);
    batches.batch_gradient(epoch, 0, w, result);
    return result;
  };
  CHECK(gradient(one, 0) == gradient(same, 0));
  CHECK(gradient(one, 0) != gradient(one, 1));
  CHECK(gradient(one, 0) != gradient(other, 0));
}

TEST_CASE("the curvature bound is above every diagonal") {
  const auto world = comm::Communicator::world();
  const auto sample = testing::make_sample(120, {1.0, 1e5, 0.0}, true);
  const data::Dataset dataset = testing::distribute(sample, world);
  const testing::TestObjective made(dataset, world, 0.25);
  const LogisticObjective& objective = made.objective;
  const LogisticBatches batches(objective, 64, 0);
  const auto hessian = testing::naive_hessian(sample, std::vector<double>{0, 0, 0, 0}, 0.25);
  for (std::size_t j = 0; j < 4; ++j) CHECK(batches.curvature_bound()[j] >= hessian[j][j]);
  CHECK(batches.curvature_bound()[2] == 0.25);
}

}  // namespace
}  // namespace mpilogit::objective
