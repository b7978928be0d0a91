// Products of scores against plain loops in long double over the definition.

#include "objective/score_products.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

using testing::SampleData;
using Vector = std::vector<long double>;
using Matrix = std::vector<Vector>;

// What belongs together is far apart.
SampleData with_groups(SampleData sample, std::int64_t groups) {
  for (std::int64_t i = 0; i < sample.rows; ++i) sample.groups.push_back(i * i % groups);
  return sample;
}

SampleData with_trials(SampleData sample) {
  for (std::size_t i = 0; i < sample.y.size(); ++i) {
    sample.trials.push_back(static_cast<std::int64_t>(i % 7));
    sample.y[i] = sample.y[i] != 0 ? sample.trials[i] : sample.trials[i] / 3;
  }
  return sample;
}

// s_i u_i: the gradient of one row's loss, from that of the row alone.
Vector naive_score(const SampleData& sample, std::span<const double> w, std::int64_t row) {
  const std::size_t columns = sample.columns();
  const auto features = static_cast<std::size_t>(sample.features);
  const auto i = static_cast<std::size_t>(row);
  const std::size_t skipped = sample.classes - columns;
  std::vector<long double> powers(sample.classes, 1.0L);
  for (std::size_t k = 0; k < columns; ++k) {
    long double z = w[features * columns + k];
    if (!sample.offsets.empty()) z += sample.offsets[i];
    for (std::size_t j = 0; j < features; ++j) {
      z += static_cast<long double>(sample.x[i * features + j]) * w[j * columns + k];
    }
    // Two classes have one column, which speaks for class 1.
    powers[columns == 1 ? 1 : k + skipped] = std::exp(z);
  }
  const long double total = std::accumulate(powers.begin(), powers.end(), 0.0L);
  Vector score;
  for (std::size_t j = 0; j <= features; ++j) {
    const long double x = j == features ? 1.0L : sample.x[i * features + j];
    for (std::size_t k = 0; k < columns; ++k) {
      const std::size_t own = columns == 1 ? 1 : k + skipped;
      const long double p = powers[own] / total;
      const long double trials = sample.trials.empty() ? 1 : sample.trials[i];
      const long double hits = sample.trials.empty()
                                   ? (sample.y[i] == static_cast<std::int64_t>(own) ? 1 : 0)
                                   : sample.y[i];
      score.push_back(sample.weight(row) * (trials * p - hits) * x);
    }
  }
  return score;
}

void add_product(const Vector& score, long double factor, Matrix& matrix) {
  for (std::size_t a = 0; a < score.size(); ++a) {
    for (std::size_t b = 0; b < score.size(); ++b) matrix[a][b] += factor * score[a] * score[b];
  }
}

Matrix naive_products(const SampleData& sample, std::span<const double> w, WeightKind kind) {
  Matrix matrix(w.size(), Vector(w.size()));
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const long double s = sample.weight(i);
    if (s == 0) continue;
    add_product(naive_score(sample, w, i), kind == WeightKind::frequency ? 1 / s : 1, matrix);
  }
  return matrix;
}

Matrix naive_cluster_products(const SampleData& sample, std::span<const double> w) {
  std::map<std::int64_t, Vector> scores;
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    Vector& sum = scores[sample.groups[static_cast<std::size_t>(i)]];
    sum.resize(w.size());
    const Vector own = naive_score(sample, w, i);
    for (std::size_t v = 0; v < sum.size(); ++v) sum[v] += own[v];
  }
  Matrix matrix(w.size(), Vector(w.size()));
  for (const auto& [group, score] : scores) add_product(score, 1, matrix);
  return matrix;
}

// Relative to the size that Cauchy–Schwarz allows the element.
void check_near(const solvers::SymmetricMatrix& found, const Matrix& expected,
                std::span<const std::size_t> variables) {
  REQUIRE(found.dimension == variables.size());
  for (std::size_t a = 0; a < variables.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const std::size_t v = variables[a];
      const std::size_t w = variables[b];
      const long double size = std::sqrt(expected[v][v]) * std::sqrt(expected[w][w]);
      CAPTURE(v, w);
      CHECK(std::fabs(found(a, b) - expected[v][w]) <= 1e-12L * size);
    }
  }
}

struct Case {
  SampleData sample;
  std::vector<double> w;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const std::vector<double> two = {0.3, -0.2, 0.9, 0.1};
  all.push_back({testing::make_sample(301, {1.0, 2.0, 0.5}, false), two});
  all.push_back({testing::make_sample(410, {1e6, 1e-3, 1.0}, true), {1e-6, -200.0, 0.9, 0.1}});
  all.push_back({with_trials(testing::make_sample(290, {1.0, 2.0, 0.5}, true)), two});
  all.push_back({testing::make_classes(140, {1.0, 3.0}, true, 3, false),
                 {0.3, -0.7, 1.1, 0.2, 0.4, -0.9, 0.1, 0.6, -0.2}});
  all.push_back(
      {testing::make_classes(333, {2.0}, false, 4, true), {0.8, -1.4, 0.3, -0.2, 0.5, 1.2}});
  for (auto& test : all) test.sample = with_groups(std::move(test.sample), 70);
  return all;
}

std::vector<std::size_t> all_variables(std::size_t count) {
  std::vector<std::size_t> variables(count);
  std::iota(variables.begin(), variables.end(), std::size_t{0});
  return variables;
}

TEST_CASE("products of scores are those of the definition") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, 0.0, 2, test.sample.reference_class);
    const auto point = made.objective.evaluate(test.w);
    std::vector<std::size_t> variables = all_variables(test.w.size());
    for (const auto kind : {WeightKind::frequency, WeightKind::sampling}) {
      const Matrix expected = naive_products(test.sample, test.w, kind);
      check_near(score_products(made.objective, *point, variables, kind), expected, variables);
    }
    variables.erase(variables.begin() + 1);
    const auto part = score_products(made.objective, *point, variables, WeightKind::frequency);
    check_near(part, naive_products(test.sample, test.w, WeightKind::frequency), variables);
  }
}

TEST_CASE("products of clusters' scores are those of the definition, in any number of rounds") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    const testing::TestObjective made(dataset, world, 0.0, 2, test.sample.reference_class);
    const auto point = made.objective.evaluate(test.w);
    std::vector<std::size_t> variables = all_variables(test.w.size());
    const auto found = cluster_products(made.objective, *point, variables);
    check_near(found.matrix, naive_cluster_products(test.sample, test.w), variables);
    variables.erase(variables.begin() + 1);
    check_near(cluster_products(made.objective, *point, variables).matrix,
               naive_cluster_products(test.sample, test.w), variables);
  }
  // More clusters than a round takes, and more than a block on every rank.
  Case many{with_groups(testing::make_sample(9001, {1.0, 3.0}, true), 5003), {0.4, -0.3, 0.2}};
  many.sample.groups[0] = 1000000;  // of one row, which has no weight
  const data::Dataset dataset = testing::distribute(many.sample, world);
  const testing::TestObjective made(dataset, world, 0.0, 2);
  const auto point = made.objective.evaluate(many.w);
  const auto variables = all_variables(many.w.size());
  const auto one_round = cluster_products(made.objective, *point, variables);
  const auto rounds = cluster_products(made.objective, *point, variables, 1);
  check_near(one_round.matrix, naive_cluster_products(many.sample, many.w), variables);
  check_near(rounds.matrix, naive_cluster_products(many.sample, many.w), variables);
  CHECK(one_round.clusters == rounds.clusters);
  std::map<std::int64_t, double> weights;
  for (std::size_t i = 0; i < many.sample.groups.size(); ++i) {
    weights[many.sample.groups[i]] += many.sample.weights[i];
  }
  const auto counted = std::count_if(weights.begin(), weights.end(),
                                     [](const auto& group) { return group.second > 0.0; });
  CHECK(counted < static_cast<std::ptrdiff_t>(weights.size()));
  CHECK(one_round.clusters == counted);
}

}  // namespace
}  // namespace mpilogit::objective
