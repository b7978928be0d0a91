// Firth's penalised likelihood against its definition in long double.

#include <cmath>

#include "objective/firth_objective.hpp"
#include "objective/quadratic_forms.hpp"
#include "sample_data.hpp"
#include "support/catch.hpp"

namespace mpilogit::objective {
namespace {

using testing::SampleData;
using Matrix = std::vector<std::vector<long double>>;

// Of row i with a 1 behind its features.
long double entry(const SampleData& sample, std::int64_t i, std::size_t j) {
  const auto feature = static_cast<std::int64_t>(j);
  return feature < sample.features ? sample.at(i, feature) : 1.0;
}

long double probability(const SampleData& sample, const std::vector<double>& w, std::int64_t i) {
  long double z = sample.offsets.empty() ? 0.0 : sample.offsets[static_cast<std::size_t>(i)];
  for (std::size_t j = 0; j < w.size(); ++j) z += entry(sample, i, j) * w[j];
  return 1.0L / (1.0L + std::exp(-z));
}

// Σ_i f_i x̃_i x̃_iᵀ
template <class Factor>
Matrix gram(const SampleData& sample, std::size_t size, Factor&& factor) {
  Matrix matrix(size, std::vector<long double>(size, 0.0));
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    const long double f = factor(i);
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t k = 0; k < size; ++k) {
        matrix[j][k] += f * entry(sample, i, j) * entry(sample, i, k);
      }
    }
  }
  return matrix;
}

Matrix information_of(const SampleData& sample, const std::vector<double>& w) {
  return gram(sample, w.size(), [&](std::int64_t i) {
    const long double p = probability(sample, w, i);
    return sample.weight(i) * p * (1.0L - p);
  });
}

// Gauss–Jordan without pivots, for positive matrices: (log determinant, inverse).
std::pair<long double, Matrix> invert(Matrix matrix) {
  const std::size_t n = matrix.size();
  long double log_determinant = 0.0;
  for (std::size_t j = 0; j < n; ++j) {
    const long double pivot = matrix[j][j];
    log_determinant += std::log(pivot);
    matrix[j][j] = 1.0;
    for (auto& element : matrix[j]) element /= pivot;
    for (std::size_t k = 0; k < n; ++k) {
      if (k == j) continue;
      const long double factor = matrix[k][j];
      matrix[k][j] = 0.0;
      for (std::size_t m = 0; m < n; ++m) matrix[k][m] -= factor * matrix[j][m];
    }
  }
  return {log_determinant, matrix};
}

long double total_weight(const SampleData& sample) {
  long double sum = 0.0;
  for (std::int64_t i = 0; i < sample.rows; ++i) sum += sample.weight(i);
  return sum;
}

long double naive_firth(const SampleData& sample, const std::vector<double>& w) {
  const Matrix largest =
      gram(sample, w.size(), [&](std::int64_t i) { return 0.25L * sample.weight(i); });
  const long double relative = invert(information_of(sample, w)).first - invert(largest).first;
  return testing::naive_value(sample, w, 0.0) - 0.5L * relative / total_weight(sample);
}

long double leverage(const SampleData& sample, const std::vector<double>& w, const Matrix& inverse,
                     std::int64_t i) {
  long double form = 0.0;
  for (std::size_t j = 0; j < w.size(); ++j) {
    for (std::size_t k = 0; k < w.size(); ++k) {
      form += entry(sample, i, j) * inverse[j][k] * entry(sample, i, k);
    }
  }
  const long double p = probability(sample, w, i);
  return sample.weight(i) * p * (1.0L - p) * form;
}

struct Case {
  SampleData sample;
  std::vector<double> w;
};

std::vector<Case> cases() {
  return {{testing::make_sample(301, {1.0, 2.0, 0.5}, false), {0.3, -0.2, 0.9, 0.1}},
          {testing::make_sample(40, {1e3, 1e-4}, true), {1.5e-3, -2.5e3, -0.4}}};
}

TEST_CASE("Firth's value and gradient are those of the definition") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    testing::TestObjective made(dataset, world, 0.0, 2);
    const FirthObjective objective(made.objective);
    const auto point = objective.evaluate(test.w);
    CHECK(point->value() ==
          Approx(static_cast<double>(naive_firth(test.sample, test.w))).epsilon(1e-13));
    for (std::size_t j = 0; j < test.w.size(); ++j) {
      const double step = 1e-5 * std::abs(test.w[j]);
      auto up = test.w;
      auto down = test.w;
      up[j] += step;
      down[j] -= step;
      const long double rise = naive_firth(test.sample, up) - naive_firth(test.sample, down);
      const auto slope = static_cast<double>(rise / (up[j] - down[j]));
      CHECK(point->gradient()[j] == Approx(slope).epsilon(1e-7));
    }
  }
}

TEST_CASE("Firth's Hessian is the derivative at fixed leverages") {
  const auto world = comm::Communicator::world();
  for (const auto& test : cases()) {
    const data::Dataset dataset = testing::distribute(test.sample, world);
    testing::TestObjective made(dataset, world, 0.0, 1);
    const FirthObjective objective(made.objective);
    CHECK_FALSE(objective.hessian_complete());
    const auto point = objective.evaluate(test.w);
    const Matrix inverse = invert(information_of(test.sample, test.w)).second;
    const Matrix expected = gram(test.sample, test.w.size(), [&](std::int64_t i) {
      const long double p = probability(test.sample, test.w, i);
      const long double count = test.sample.weight(i) + leverage(test.sample, test.w, inverse, i);
      return count * p * (1.0L - p) / total_weight(test.sample);
    });
    const solvers::SymmetricMatrix matrix = point->hessian_matrix();
    std::vector<double> diagonal(test.w.size());
    std::vector<double> product(test.w.size());
    point->hessian_diagonal(diagonal);
    point->hessian_vector(test.w, product);
    for (std::size_t j = 0; j < test.w.size(); ++j) {
      long double sum = 0.0;
      for (std::size_t k = 0; k < test.w.size(); ++k) sum += expected[j][k] * test.w[k];
      CHECK(product[j] == Approx(static_cast<double>(sum)).epsilon(1e-10));
      CHECK(diagonal[j] == matrix(j, j));
      for (std::size_t k = 0; k <= j; ++k) {
        const auto size = static_cast<double>(std::sqrt(expected[j][j] * expected[k][k]));
        CHECK(std::abs(matrix(j, k) - static_cast<double>(expected[j][k])) < 1e-12 * size);
      }
    }
  }
}

TEST_CASE("Firth's line has the values and slopes of its points") {
  const auto world = comm::Communicator::world();
  const Case test = cases().front();
  const data::Dataset dataset = testing::distribute(test.sample, world);
  testing::TestObjective made(dataset, world, 0.0, 1);
  const FirthObjective objective(made.objective);
  const auto from = objective.evaluate(std::vector<double>(4, 0.0));
  const auto to = objective.evaluate(test.w);
  const auto sample = objective.between(*from, *to)->at(0.25);
  auto middle = test.w;
  double slope = 0.0;
  for (double& w : middle) w *= 0.25;
  const auto point = objective.evaluate(middle);
  for (std::size_t j = 0; j < 4; ++j) slope += point->gradient()[j] * test.w[j];
  CHECK(sample.value == point->value());
  CHECK(sample.slope == Approx(slope).epsilon(1e-12));
}

TEST_CASE("Firth's objective leaves aliased columns out") {
  const auto world = comm::Communicator::world();
  SampleData sample = testing::make_sample(60, {1.0, 1.0, 1.0}, false);
  for (std::int64_t i = 0; i < sample.rows; ++i) {
    sample.x[static_cast<std::size_t>(3 * i + 1)] = 2.0 * sample.at(i, 0) + 1.0;
  }
  const data::Dataset dataset = testing::distribute(sample, world);
  testing::TestObjective made(dataset, world, 0.0, 1);
  const FirthObjective objective(made.objective);
  REQUIRE(objective.left_out().size() == 1);
  CHECK(objective.left_out()[0] == 1);
  const auto point = objective.evaluate(std::vector<double>{0.5, 0.0, -0.3, 0.2});
  CHECK(std::isfinite(point->value()));
  CHECK(point->gradient()[1] == 0.0);
  CHECK(point->gradient()[0] != 0.0);
  CHECK(point->hessian_matrix()(1, 1) == 0.0);
}

TEST_CASE("Quadratic forms of rows, with more columns than a panel has") {
  const auto world = comm::Communicator::world();
  const std::size_t features = 40;
  const SampleData sample = testing::make_sample(301, std::vector<double>(features, 1.0), false);
  const data::Dataset dataset = testing::distribute(sample, world);
  const Design design(dataset);
  std::vector<double> root((features + 1) * (features + 1));
  for (std::size_t e = 0; e < root.size(); ++e) {
    if (e % (features + 1) != 5) root[e] = std::sin(static_cast<double>(e));  // column 5: zeros
  }
  const QuadraticForms forms(design, root);
  const auto blocks = local_blocks(dataset);
  for_each_block(dataset, blocks, 1, [&](const LocalBlock& block, int) {
    std::vector<double> found(block.rows);
    forms.of(block, found);
    for (std::size_t i = 0; i < block.rows; ++i) {
      const auto row = dataset.local_rows().first + static_cast<std::int64_t>(block.first + i);
      long double expected = 0.0;
      for (std::size_t k = 0; k <= features; ++k) {
        long double u = 0.0;
        for (std::size_t j = 0; j <= features; ++j) {
          u += entry(sample, row, j) * root[j * (features + 1) + k];
        }
        expected += u * u;
      }
      CHECK(found[i] == Approx(static_cast<double>(expected)).epsilon(1e-13));
    }
  });
}

}  // namespace
}  // namespace mpilogit::objective
