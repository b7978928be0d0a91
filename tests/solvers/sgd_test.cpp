#include "solvers/sgd.hpp"

#include <cmath>

#include "solvers/problems.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

const auto go_on = [](const Progress&) { return true; };

// Batches whose gradients are those of the whole, shifted by an error that is 0 on average.
class NoisyBatches final : public BatchObjective {
 public:
  NoisyBatches(Function function, Vector bound, double noise)
      : function_(std::move(function)), bound_(std::move(bound)), noise_(noise) {}

  std::int64_t batches() const override { return 8; }

  void batch_gradient(std::int64_t epoch, std::int64_t batch, std::span<const double> coefficients,
                      std::span<double> gradient) const override {
    const Vector whole = function_.gradient(coefficients);
    const double sign = (batch + epoch) % 2 == 0 ? 1.0 : -1.0;
    for (std::size_t j = 0; j < whole.size(); ++j) {
      gradient[j] = whole[j] + sign * noise_ * std::sqrt(bound_[j]);
    }
    seen.push_back(epoch * 8 + batch);
  }

  std::span<const double> curvature_bound() const override { return bound_; }

  mutable std::vector<std::int64_t> seen;

 private:
  Function function_;
  Vector bound_;
  double noise_;
};

}  // namespace

TEST_CASE("sgd takes steps in units of the curvature bound") {
  const Vector curvatures{1.0, 1e8, 1e-8};
  const auto function = quadratic(diagonal_matrix(curvatures), Vector(3, 1.0), 1.0);
  const TestObjective objective(function);
  const NoisyBatches batches(function, curvatures, 0.0);
  const auto solution = sgd(objective, batches, Vector(3, 0.0), {0.0, 1}, {0.5, 0.0}, go_on);
  CHECK(solution.iterations == 1);
  for (const double w : solution.coefficients) CHECK(w == Approx(1.0 - std::pow(0.5, 8)));
  CHECK(batches.seen == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("The rate decays by the epoch") {
  const auto function = quadratic(diagonal_matrix({1.0}), {0.0}, 1.0);
  const TestObjective objective(function);
  const NoisyBatches batches(function, {1.0}, 0.0);
  const auto solution = sgd(objective, batches, Vector{1.0}, {0.0, 1}, {0.5, 8.0}, go_on);
  double expected = 1.0;
  for (int t = 0; t < 8; ++t) expected *= 1.0 - 0.5 / (1.0 + t);
  CHECK(solution.coefficients[0] == Approx(expected).epsilon(1e-14));
}

TEST_CASE("Noise does not keep sgd from the tolerance, and F never rises") {
  const auto function = quadratic(diagonal_matrix({1.0, 100.0}), {1.0, -1.0}, 1.0);
  const TestObjective objective(function);
  const NoisyBatches batches(function, {1.0, 100.0}, 0.3);
  double last = 1e300;
  const auto solution =
      sgd(objective, batches, Vector(2, 0.0), {1e-4, 500}, {}, [&](const Progress& progress) {
        const bool falls = progress.objective <= last;
        last = progress.objective;
        return falls;
      });
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
  CHECK(solution.objective <= 1.0 + 1e-4);
}

TEST_CASE("A rate far too large is halved until it works") {
  const auto function = quadratic(diagonal_matrix({1.0}), {0.0}, 1.0);
  const TestObjective objective(function);
  const NoisyBatches batches(function, {1.0}, 0.0);
  const auto solution = sgd(objective, batches, Vector{1.0}, {1e-6, 100}, {64.0, 0.0}, go_on);
  CHECK(solution.stop_reason == StopReason::tolerance_reached);
}
