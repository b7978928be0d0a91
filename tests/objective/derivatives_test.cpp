// Value, gradient, Hessian and line against their definitions in long double.

#include <algorithm>
#include <cmath>
#include <limits>

#include "objective/logistic_objective.hpp"
#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

using testing::SampleData;

struct Case {
  SampleData sample;
  std::vector<double> w;
  double l2;
};

// Ordinary columns; then one huge column beside one of 1e-30 with weights up to 1e12.
std::vector<Case> cases() {
  std::vector<Case> all;
  all.push_back({testing::make_sample(301, {1.0, 2.0, 0.5}, false), {0.3, -0.2, 0.9, 0.1}, 0.05});
  all.push_back({testing::make_sample(150, {1.0, 1.0}, true), {1.5, -2.5, -0.4}, 0.0});
  Case extreme{testing::make_sample(200, {1e30, 1e-30, 1.0}, true), {4e-31, -2e30, 0.7, 0.2}, 0.0};
  for (auto& weight : extreme.sample.weights) weight *= 1e12;
  all.push_back(extreme);
  all.push_back({testing::make_sample(5, {1.0}, false), {0.5, 0.0}, 1.0});
  // Three classes, coefficients for each; then four with the first as the reference.
  all.push_back({testing::make_classes(140, {1.0, 3.0}, true, 3, false),
                 {0.3, -0.7, 1.1, 0.2, 0.4, -0.9, 0.1, 0.6, -0.2},
                 0.2});
  all.push_back(
      {testing::make_classes(90, {2.0}, false, 4, true), {0.8, -1.4, 0.3, -0.2, 0.5, 1.2}, 0.0});
  return all;
}

Approx near(double expected) {
  return Approx(expected).epsilon(1e-11).margin(1e-290);
}

TEST_CASE("value and gradient are those of the definition") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, test.l2, 2, test.sample.reference_class);
    const LogisticObjective& objective = made.objective;
    REQUIRE(objective.dimension() == test.w.size());
    const auto point = objective.evaluate(test.w);
    CHECK(point->value() ==
          Approx(static_cast<double>(testing::naive_value(test.sample, test.w, test.l2)))
              .epsilon(1e-14));
    const auto expected = testing::naive_gradient(test.sample, test.w, test.l2);
    for (std::size_t j = 0; j < expected.size(); ++j) {
      CHECK(point->gradient()[j] == near(expected[j]));
    }
  }
}

TEST_CASE("Hessian matrix, product and diagonal are those of the definition") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, test.l2, 1, test.sample.reference_class);
    const LogisticObjective& objective = made.objective;
    REQUIRE(objective.hessian_matrix_kind() == solvers::HessianMatrixKind::exact);
    const auto point = objective.evaluate(test.w);
    const auto expected = testing::naive_hessian(test.sample, test.w, test.l2);
    const std::size_t n = expected.size();

    const solvers::SymmetricMatrix matrix = point->hessian_matrix();
    std::vector<double> diagonal(n);
    point->hessian_diagonal(diagonal);
    for (std::size_t j = 0; j < n; ++j) {
      CHECK(diagonal[j] == near(expected[j][j]));
      for (std::size_t k = 0; k <= j; ++k) {
        // Relative to the size that Cauchy–Schwarz allows the element.
        const double size = std::sqrt(expected[j][j]) * std::sqrt(expected[k][k]);
        CHECK(std::fabs(matrix(j, k) - expected[j][k]) <= 1e-13 * size);
      }
    }
    std::vector<double> product(n);
    point->hessian_vector(test.w, product);
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0.0;
      double size = 0.0;
      for (std::size_t k = 0; k < n; ++k) {
        sum += expected[j][k] * test.w[k];
        size += std::fabs(expected[j][k] * test.w[k]);
      }
      CHECK(std::fabs(product[j] - sum) <= 1e-11 * size);
    }
  }
}

TEST_CASE("where all curvatures are equal the rough diagonal is the exact one, and costs no pass") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    if (!test.sample.offsets.empty()) continue;
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, test.l2, 1, test.sample.reference_class);
    const auto point = made.objective.evaluate(std::vector<double>(test.w.size(), 0.0));
    std::vector<double> exact(test.w.size());
    std::vector<double> rough(test.w.size());
    point->hessian_diagonal(exact);
    const std::int64_t passes = made.objective.data_passes();
    point->rough_hessian_diagonal(rough);
    CHECK(made.objective.data_passes() == passes);
    for (std::size_t v = 0; v < exact.size(); ++v) CHECK(rough[v] == Approx(exact[v]));
  }
}

TEST_CASE("a part of the Hessian, and its class blocks") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, test.l2, 2, test.sample.reference_class);
    const auto point = made.objective.evaluate(test.w);
    const solvers::SymmetricMatrix whole = point->hessian_matrix();
    std::vector<std::size_t> variables;  // every other, and the last
    for (std::size_t v = 0; v < test.w.size(); v += 2) variables.push_back(v);
    if (variables.back() + 1 < test.w.size()) variables.push_back(test.w.size() - 1);
    REQUIRE(made.objective.hessian_affordable(variables));
    const solvers::SymmetricMatrix part = point->hessian_matrix(variables);
    REQUIRE(part.dimension == variables.size());
    for (std::size_t a = 0; a < variables.size(); ++a) {
      for (std::size_t b = 0; b <= a; ++b) CHECK(part(a, b) == whole(variables[a], variables[b]));
    }
    const std::size_t columns = test.sample.columns();
    const auto blocks = point->hessian_blocks();
    REQUIRE(blocks.size() == columns);
    for (std::size_t k = 0; k < columns; ++k) {
      for (std::size_t a = 0; a < blocks[k].dimension; ++a) {
        for (std::size_t b = 0; b <= a; ++b) {
          const double expected = whole(a * columns + k, b * columns + k);
          const double size = std::sqrt(blocks[k](a, a)) * std::sqrt(blocks[k](b, b));
          CHECK(std::fabs(blocks[k](a, b) - expected) <= 1e-13 * size);
        }
      }
    }
  }
}

TEST_CASE("softmax over all classes has only the penalty's curvature in the common direction") {
  const auto world = comm::Communicator::world();
  const auto sample = testing::make_classes(130, {1.0, 2.0}, true, 3, false);
  const data::Dataset dataset = testing::distribute(sample, world);
  const testing::TestObjective made(dataset, world, 0.3);
  const std::vector<double> w = {0.3, -0.7, 1.1, 0.2, 0.4, -0.9, 0.1, 0.6, -0.2};
  const std::vector<double> common = {2.0, 2.0, 2.0, -1.0, -1.0, -1.0, 5.0, 5.0, 5.0};
  std::vector<double> product(9);
  made.objective.evaluate(w)->hessian_vector(common, product);
  const auto curvature = made.objective.common_curvature();
  REQUIRE(curvature.size() == 3);
  for (std::size_t v = 0; v < 9; ++v) {
    CHECK(std::fabs(product[v] - curvature[v / 3] * common[v]) <= 1e-13);
  }
}

TEST_CASE(
    "features that are kept out have no gradient and no curvature; a centre moves the penalty") {
  const auto world = comm::Communicator::world();
  const auto sample = testing::make_sample(120, {1.0, 2.0}, false);
  const data::Dataset dataset = testing::distribute(sample, world);
  RidgePenalty penalty = uniform_ridge(0.5, 2);
  penalty.excluded = {0, 1};
  penalty.centre = {3.0, 0.0};
  const testing::TestObjective made(dataset, world, penalty);
  const std::vector<double> w = {1.0, 0.0, 0.2};
  const auto point = made.objective.evaluate(w);
  const auto plain = testing::naive_gradient(sample, w, 0.0);
  CHECK(point->gradient()[0] == near(plain[0] + 0.5 * (1.0 - 3.0)));
  CHECK(point->gradient()[1] == 0.0);
  CHECK(point->value() ==
        near(static_cast<double>(testing::naive_value(sample, w, 0.0)) + 0.25 * 4.0));
  CHECK(made.objective.start()[0] == 3.0);
  std::vector<double> product(3);
  point->hessian_vector(std::vector<double>{1.0, 1.0, 1.0}, product);
  CHECK(product[1] == 0.0);
  const auto matrix = point->hessian_matrix();
  CHECK(matrix(1, 0) == 0.0);
  CHECK(matrix(1, 1) == 0.0);
  CHECK(matrix(2, 1) == 0.0);
  CHECK(matrix(0, 0) > 0.5);
}

TEST_CASE("a line gives the value and slope between its points") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, test.l2, 1, test.sample.reference_class);
    const LogisticObjective& objective = made.objective;
    const std::vector<double> origin(test.w.size(), 0.0);
    const auto from = objective.evaluate(origin);
    const auto to = objective.evaluate(test.w);
    const auto line = objective.between(*from, *to);
    for (const double t : {0.0, 0.25, 1.0, 1.5}) {
      std::vector<double> w(test.w);
      for (auto& value : w) value *= t;
      const auto gradient = testing::naive_gradient(test.sample, w, test.l2);
      double slope = 0.0;
      for (std::size_t j = 0; j < w.size(); ++j) slope += gradient[j] * test.w[j];
      const auto sample = line->at(t);
      CHECK(sample.value ==
            Approx(static_cast<double>(testing::naive_value(test.sample, w, test.l2)))
                .epsilon(1e-13));
      CHECK(sample.slope == Approx(slope).epsilon(1e-10).margin(1e-13));
    }
  }
}

TEST_CASE("a line costs no pass, a point costs one") {
  const auto world = comm::Communicator::world();
  const data::Dataset dataset = testing::distribute(testing::make_sample(100, {1.0}, false), world);
  const testing::TestObjective made(dataset, world, 0.0);
  const LogisticObjective& objective = made.objective;
  REQUIRE(objective.data_passes() == 0);
  const auto a = objective.evaluate(std::vector<double>{0.0, 0.0});
  const auto b = objective.evaluate(std::vector<double>{1.0, 0.0});
  REQUIRE(objective.data_passes() == 2);
  const auto line = objective.between(*a, *b);
  static_cast<void>(line->at(0.5));
  CHECK(objective.data_passes() == 2);
}

TEST_CASE("the start at the classes' shares is the optimum without features") {
  const auto world = comm::Communicator::world();
  std::vector<SampleData> samples = {testing::make_sample(123, {1.0, 1.0}, true),
                                     testing::make_classes(123, {1.0, 1.0}, true, 3, false),
                                     testing::make_classes(123, {1.0, 1.0}, true, 4, true)};
  for (auto& sample : samples) {
    sample.offsets.assign(123, 0.0);
    const data::Dataset dataset = testing::distribute(sample, world);
    const testing::TestObjective made(dataset, world, 0.0, 1, sample.reference_class);
    const auto start = made.objective.start_at_shares();
    CHECK(start[0] == 0.0);
    const auto point = made.objective.evaluate(start);
    for (const double g : point->gradient().last(sample.columns())) CHECK(std::fabs(g) < 1e-15);
    if (sample.classes > 2) {
      CHECK(made.objective.start() == std::vector<double>(start.size(), 0.0));
    } else {
      CHECK(made.objective.start() == start);
    }
  }
}

TEST_CASE("a point outside of the domain says so") {
  const auto world = comm::Communicator::world();
  const data::Dataset dataset =
      testing::distribute(testing::make_sample(40, {1.0, 1.0}, false), world);
  const testing::TestObjective made(dataset, world, 0.0);
  const LogisticObjective& objective = made.objective;
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK_FALSE(
      std::isfinite(objective.evaluate(std::vector<double>{infinity, -infinity, 0})->value()));
  CHECK_FALSE(
      std::isfinite(objective.evaluate(std::vector<double>{std::nan(""), 0.0, 0.0})->value()));
}

TEST_CASE("a loss below the separation threshold proves separation") {
  const auto world = comm::Communicator::world();
  SampleData sample;
  sample.rows = 4;
  sample.features = 1;
  sample.x = {-2.0, -1.0, 1.0, 2.0};
  sample.y = {0, 0, 1, 1};
  const data::Dataset separable = testing::distribute(sample, world);
  const testing::TestObjective made(separable, world, 0.0);
  const LogisticObjective& objective = made.objective;
  CHECK(objective.evaluate(std::vector<double>{0.0, 0.0})->value() >
        objective.separation_threshold());
  CHECK(objective.evaluate(std::vector<double>{20.0, 0.0})->value() <
        objective.separation_threshold());
  // One row on the wrong side, and no coefficients get below the threshold.
  sample.y = {0, 1, 0, 1};
  const data::Dataset mixed = testing::distribute(sample, world);
  const testing::TestObjective made_other(mixed, world, 0.0);
  const LogisticObjective& other = made_other.objective;
  for (const double w : {-20.0, -1.0, 0.0, 1.0, 20.0}) {
    CHECK(other.evaluate(std::vector<double>{w, 0.0})->value() >= other.separation_threshold());
  }
}

// All classes are there, each as often as the others.
SampleData many_classes(std::int64_t rows, std::size_t classes, bool reference_class) {
  SampleData sample = testing::make_classes(rows, {1.0}, true, classes, reference_class);
  for (std::size_t i = 0; i < sample.y.size(); ++i) {
    sample.y[i] = static_cast<std::int64_t>(i % classes);
  }
  for (double& weight : sample.weights) weight += 0.5;
  return sample;
}

std::vector<double> waves(std::size_t count) {
  std::vector<double> w;
  for (std::size_t v = 0; v < count; ++v) w.push_back(std::sin(static_cast<double>(v)));
  return w;
}

// Above a hundred columns the curvatures of all are made at once.
TEST_CASE("diagonals of many classes are those of the definition") {
  const auto world = comm::Communicator::world();
  for (const bool reference : {false, true}) {
    const SampleData sample = many_classes(220, 110, reference);
    const data::Dataset dataset = testing::distribute(sample, world);
    const testing::TestObjective made(dataset, world, 0.1, 1, reference);
    const auto w = waves(made.objective.dimension());
    const auto point = made.objective.evaluate(w);
    std::vector<double> diagonal(w.size());
    point->hessian_diagonal(diagonal);
    const auto expected = testing::naive_hessian(sample, w, 0.1);
    for (std::size_t v = 0; v < w.size(); ++v) CHECK(diagonal[v] == near(expected[v][v]));
  }
}

// Above 4096 columns no probabilities of all rows are kept. Against differences of gradients.
TEST_CASE("products of thousands of classes are derivatives of the gradient") {
  const auto world = comm::Communicator::world();
  if (world.size() != 2) return;  // once is enough
  const data::Dataset dataset = testing::distribute(many_classes(4100, 4100, false), world);
  const testing::TestObjective made(dataset, world, 0.1);
  const std::size_t dimension = made.objective.dimension();
  const auto w = waves(dimension);
  constexpr double kStep = 1e-4;
  auto after = w;
  auto before = w;
  std::vector<double> direction(dimension, 0.0);
  for (std::size_t v = 0; v < dimension; v += 7) {
    direction[v] = v % 2 == 0 ? 1.0 : -0.5;
    after[v] += kStep * direction[v];
    before[v] -= kStep * direction[v];
  }
  const auto point = made.objective.evaluate(w);
  std::vector<double> product(dimension);
  point->hessian_vector(direction, product);
  const auto later = made.objective.evaluate(after);
  const auto earlier = made.objective.evaluate(before);
  for (std::size_t v = 0; v < dimension; ++v) {
    const double slope = (later->gradient()[v] - earlier->gradient()[v]) / (2.0 * kStep);
    CHECK(product[v] == Approx(slope).epsilon(1e-5).margin(1e-11));
  }
  std::vector<double> diagonal(dimension);
  point->hessian_diagonal(diagonal);
  for (const std::size_t v : {std::size_t{0}, std::size_t{4099}, dimension - 1}) {
    std::fill(direction.begin(), direction.end(), 0.0);
    direction[v] = 1.0;
    point->hessian_vector(direction, product);
    CHECK(diagonal[v] == Approx(product[v]).epsilon(1e-9));
  }
}

}  // namespace
}  // namespace mpilogit::objective
