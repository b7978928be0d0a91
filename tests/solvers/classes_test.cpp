// Newton on softmax with as many columns as classes: singular along the intercepts' common
// direction, and along that of features without a penalty.

#include <cmath>

#include "solvers/algebra/preconditioner.hpp"
#include "solvers/newton.hpp"
#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

constexpr std::size_t kClasses = 3;
constexpr std::size_t kFeatures = 4;

Function regression(double l2) {
  std::vector<Vector> rows;
  std::vector<std::size_t> labels;
  for (int i = 0; i < 90; ++i) {
    Vector row;
    for (int j = 1; j <= static_cast<int>(kFeatures); ++j) {
      row.push_back(std::sin(i * (0.7 + 0.31 * j)) * std::pow(10.0, j - 2) + 0.3);
    }
    const double score = row[0] + 2.0 * row[1] + 1.3 * std::cos(3.1 * i);
    labels.push_back(score > 2.0 ? 2U : (score > 0.0 ? 1U : 0U));
    rows.push_back(std::move(row));
  }
  return softmax(rows, labels, kClasses, l2);
}

Shape shape(double l2) {
  Vector common(kFeatures + 1, l2);
  common.back() = 0.0;
  return {kClasses, common};
}

Solution solve(const TestObjective& objective, double tolerance) {
  return newton(objective, {Vector(objective.dimension(), 0.0)}, {tolerance, 100},
                [](const Progress&) { return true; });
}

double common_part(const Vector& w, std::size_t feature) {
  double sum = 0.0;
  for (std::size_t k = 0; k < kClasses; ++k) sum += w[feature * kClasses + k];
  return sum;
}

const std::vector<HessianMatrixKind> kKinds{HessianMatrixKind::exact, HessianMatrixKind::sampled,
                                            HessianMatrixKind::class_blocks,
                                            HessianMatrixKind::unaffordable};

}  // namespace

TEST_CASE("Softmax over all classes is solved to full accuracy, by every kind of Hessian") {
  for (const double l2 : {0.1, 1e-4, 0.0}) {
    Vector reference;
    for (const auto kind : kKinds) {
      INFO("l2 " << l2 << ", kind " << static_cast<int>(kind));
      const TestObjective objective(regression(l2), kind, shape(l2));
      const auto solution = solve(objective, 1e-15);
      CHECK(converged(solution.stop_reason));
      CHECK(solution.gradient_norm < 1e-6);
      for (std::size_t j = 0; j <= kFeatures; ++j) {
        CHECK(std::abs(common_part(solution.coefficients, j)) < 1e-9);
      }
      if (reference.empty()) reference = solution.coefficients;
      for (std::size_t v = 0; v < reference.size(); ++v) {
        CHECK(solution.coefficients[v] == Approx(reference[v]).epsilon(1e-5).margin(1e-5));
      }
    }
  }
}

TEST_CASE("Blocks of the classes need fewer passes than the diagonal") {
  const auto passes = [](HessianMatrixKind kind) {
    const TestObjective objective(regression(1e-4), kind, shape(1e-4));
    CHECK(solve(objective, 1e-10).stop_reason == StopReason::tolerance_reached);
    return objective.passes;
  };
  CHECK(2 * passes(HessianMatrixKind::class_blocks) < passes(HessianMatrixKind::unaffordable));
}

TEST_CASE("A preconditioner is exact in the common direction of the classes") {
  const double l2 = 0.3;
  for (const auto kind : kKinds) {
    const TestObjective objective(regression(l2), kind, shape(l2));
    const auto point = objective.evaluate(Vector(objective.dimension(), 0.1));
    const ClassLayout layout{kClasses, objective.common_curvature()};
    const auto preconditioner =
        kind == HessianMatrixKind::class_blocks
            ? block_preconditioner(*point, layout)
            : (kind == HessianMatrixKind::unaffordable ? diagonal_preconditioner(*point, layout)
                                                       : matrix_preconditioner(*point, layout));
    Vector vector(objective.dimension());
    for (std::size_t v = 0; v < vector.size(); ++v) {
      vector[v] = 1.0 + static_cast<double>(v / kClasses);
    }
    Vector result(vector.size());
    preconditioner->apply(vector, result);
    for (std::size_t v = 0; v < vector.size(); ++v) {
      const double expected = v / kClasses < kFeatures ? vector[v] / l2 : 0.0;
      CHECK(result[v] == Approx(expected).epsilon(1e-12).margin(1e-12));
    }
  }
}

TEST_CASE("One class's block is solved by its own factor") {
  // Two classes without a common direction: H = blocks [4 2; 2 3] and [1 0; 0 2], interleaved.
  SymmetricMatrix matrix(4);
  matrix(0, 0) = 4.0;
  matrix(2, 0) = 2.0;
  matrix(2, 2) = 3.0;
  matrix(1, 1) = 1.0;
  matrix(3, 3) = 2.0;
  matrix(1, 0) = 0.5;  // between the classes: no part of any block
  const TestObjective objective(quadratic(matrix, Vector(4, 0.0), 0.0),
                                HessianMatrixKind::class_blocks, {2});
  const auto point = objective.evaluate(Vector(4, 1.0));
  Vector result(4);
  block_preconditioner(*point, {2, {}})->apply(Vector{8.0, 5.0, 16.0, 6.0}, result);
  CHECK(result[0] == Approx(-1.0).epsilon(1e-14));
  CHECK(result[2] == Approx(6.0).epsilon(1e-14));
  CHECK(result[1] == Approx(5.0).epsilon(1e-14));
  CHECK(result[3] == Approx(3.0).epsilon(1e-14));
}

TEST_CASE("A constant column is dropped for every class, and never an intercept") {
  // Without a common direction (a reference class): columns x, 1, and the intercept; two classes.
  SymmetricMatrix matrix(6);
  for (std::size_t k = 0; k < 2; ++k) {
    const double sums[3][3] = {{5.0, 2.0, 2.0}, {2.0, 4.0, 4.0}, {2.0, 4.0, 4.0}};
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t l = 0; l <= j; ++l) matrix(2 * j + k, 2 * l + k) = sums[j][l];
    }
  }
  const auto function = quadratic(matrix, Vector{1.0, 2.0, 0.0, 0.0, 3.0, 4.0}, 1.0);
  const auto solution = solve(TestObjective(function, HessianMatrixKind::exact, {2}), 1e-9);
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  const Vector expected{1.0, 2.0, 0.0, 0.0, 3.0, 4.0};
  for (std::size_t v = 0; v < 6; ++v) {
    CHECK(solution.coefficients[v] == Approx(expected[v]).margin(1e-12));
  }
}
