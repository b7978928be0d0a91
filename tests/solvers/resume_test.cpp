// A run that is cut off after any of its iterations and goes on from its kept state ends in the
// same bits as one that was never cut off.

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "solvers/gradient_descent.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/newton.hpp"
#include "solvers/non_smooth_problems.hpp"
#include "solvers/owlqn.hpp"
#include "solvers/problems.hpp"
#include "solvers/proximal_newton.hpp"
#include "solvers/sgd.hpp"
#include "support/catch.hpp"

namespace mpilogit::solvers::testing {
namespace {

/// Keeps the state at every boundary.
class Recorder final : public StateKeeper {
 public:
  Recorder() = default;
  explicit Recorder(std::vector<std::byte> state) : StateKeeper(std::move(state)) {}
  void boundary() override { states.push_back(state()); }

  std::vector<std::vector<std::byte>> states;
};

struct Outcome {
  Solution solution;
  std::vector<Progress> progress;
};

using Solve = std::function<Solution(const Objective&, Monitor)>;
using Problem = std::function<std::unique_ptr<TestObjective>()>;

Outcome run(const Problem& problem, const Solve& solve, StateKeeper& keeper) {
  Outcome outcome;
  const auto objective = problem();
  const auto report = [&](const Progress& progress) {
    outcome.progress.push_back(progress);
    return true;
  };
  outcome.solution = solve(*objective, {report, &keeper});
  return outcome;
}

void check_same_end(const Outcome& resumed, const Outcome& whole) {
  CHECK(resumed.solution.coefficients == whole.solution.coefficients);
  CHECK(resumed.solution.objective == whole.solution.objective);
  CHECK(resumed.solution.gradient_norm == whole.solution.gradient_norm);
  CHECK(resumed.solution.estimated_gap == whole.solution.estimated_gap);
  CHECK(resumed.solution.iterations == whole.solution.iterations);
  CHECK(resumed.solution.stop_reason == whole.solution.stop_reason);
  REQUIRE(resumed.progress.size() <= whole.progress.size());
  const std::size_t skipped = whole.progress.size() - resumed.progress.size();
  for (std::size_t i = 0; i < resumed.progress.size(); ++i) {
    CHECK(resumed.progress[i].iteration == whole.progress[skipped + i].iteration);
    CHECK(resumed.progress[i].objective == whole.progress[skipped + i].objective);
    CHECK(resumed.progress[i].step_length == whole.progress[skipped + i].step_length);
    CHECK(resumed.progress[i].data_passes == whole.progress[skipped + i].data_passes);
  }
}

void check_every_boundary(const Problem& problem, const Solve& solve, std::size_t fewest) {
  Recorder recorder;
  const Outcome whole = run(problem, solve, recorder);
  REQUIRE(recorder.states.size() >= fewest);
  for (std::size_t s = 0; s < recorder.states.size(); ++s) {
    INFO("cut off at boundary " << s << " of " << recorder.states.size());
    Recorder again(recorder.states[s]);
    check_same_end(run(problem, solve, again), whole);
    CHECK_FALSE(again.resuming());
    // Its states go on as those of the whole run did.
    REQUIRE(again.states.size() == recorder.states.size() - s);
    CHECK(again.states.front() == recorder.states[s]);
    CHECK(again.states.back() == recorder.states.back());
  }
}

Problem regression(HessianMatrixKind kind, std::size_t affordable = 1000) {
  return [=] {
    return std::make_unique<TestObjective>(noisy_regression(12, 1e-3), kind,
                                           Shape{1, {}, affordable});
  };
}

Problem valley(HessianMatrixKind kind) {
  return [=] { return std::make_unique<TestObjective>(extended_rosenbrock(3), kind); };
}

Vector start_of(const Objective& objective) {
  return Vector(objective.dimension(), -0.5);
}

TEST_CASE("Newton's method goes on to the same bits") {
  const auto kind = GENERATE(HessianMatrixKind::exact, HessianMatrixKind::sampled,
                             HessianMatrixKind::unaffordable);
  const auto limits = Limits{GENERATE(1e-8, 0.0), 60};
  const Solve solve = [&](const Objective& objective, Monitor monitor) {
    return newton(objective, {start_of(objective)}, limits, monitor);
  };
  check_every_boundary(regression(kind), solve, 3);
  check_every_boundary(valley(kind), solve, 10);
}

TEST_CASE("L-BFGS goes on to the same bits") {
  const double tolerance = GENERATE(1e-10, 0.0);
  const Solve solve = [=](const Objective& objective, Monitor monitor) {
    return lbfgs(objective, start_of(objective), {tolerance, 200}, {.memory = 4}, monitor);
  };
  check_every_boundary(regression(HessianMatrixKind::exact), solve, 10);
  check_every_boundary(valley(HessianMatrixKind::unaffordable), solve, 20);
}

TEST_CASE("Gradient descent goes on to the same bits") {
  const auto rate = GENERATE(std::optional<double>(), std::optional<double>(0.5));
  const Solve solve = [&](const Objective& objective, Monitor monitor) {
    return gradient_descent(objective, start_of(objective), {1e-6, 60}, {rate}, monitor);
  };
  check_every_boundary(regression(HessianMatrixKind::exact), solve, 20);
}

/// Batches that are all rows, so that the gradient depends on epoch and batch through the rate.
class WholeBatches final : public BatchObjective {
 public:
  explicit WholeBatches(const Objective& objective)
      : objective_(objective), bound_(objective.dimension(), 1.0) {}
  std::int64_t batches() const override { return 3; }
  void batch_gradient(std::int64_t epoch, std::int64_t batch, std::span<const double> coefficients,
                      std::span<double> gradient) const override {
    const auto point = objective_.evaluate(coefficients);
    const double factor = 1.0 + 0.1 * static_cast<double>((epoch + batch) % 4);
    for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] = factor * point->gradient()[j];
  }
  std::span<const double> curvature_bound() const override { return bound_; }

 private:
  const Objective& objective_;
  Vector bound_;
};

TEST_CASE("Stochastic gradient descent goes on to the same bits") {
  const double rate = GENERATE(4.0, 60.0);
  const double tolerance = GENERATE(1e-7, 0.0);
  const Solve solve = [=](const Objective& objective, Monitor monitor) {
    const WholeBatches batches(objective);
    return sgd(objective, batches, start_of(objective), {tolerance, 60}, {rate, 0.05}, monitor);
  };
  check_every_boundary(regression(HessianMatrixKind::exact), solve, 20);
}

Problem ill_conditioned(std::size_t affordable) {
  return [=] {
    constexpr std::size_t kSize = 20;
    Vector minimum(kSize, 1.0);
    for (std::size_t j = 0; j < kSize; j += 2) minimum[j] = -0.01;
    return std::make_unique<TestObjective>(
        quadratic(ill_conditioned_matrix(kSize, 1e5), minimum, 1.0), HessianMatrixKind::exact,
        Shape{1, {}, affordable});
  };
}

TEST_CASE("Solvers of penalties and boxes go on to the same bits") {
  const double tolerance = GENERATE(1e-10, 0.0);
  const auto penalty = [](const Objective& objective) {
    L1AndBounds result = lasso(objective.dimension(), 1e-3);
    result.upper[1] = 0.6;
    return result;
  };
  const Solve proximal = [&](const Objective& objective, Monitor monitor) {
    return proximal_newton(objective, penalty(objective), start_of(objective), {tolerance, 150}, {},
                           monitor);
  };
  const Solve quasi_newton = [&](const Objective& objective, Monitor monitor) {
    return owlqn(objective, penalty(objective), start_of(objective), {tolerance, 150},
                 {.memory = 3}, monitor);
  };
  SECTION("proximal Newton") {
    check_every_boundary(regression(HessianMatrixKind::exact), proximal, 3);
    check_every_boundary(ill_conditioned(1000), proximal, 2);
    check_every_boundary(valley(HessianMatrixKind::exact), proximal, 5);
  }
  SECTION("proximal Newton that hands over") {
    check_every_boundary(regression(HessianMatrixKind::exact, 4), proximal, 5);
    check_every_boundary(ill_conditioned(8), proximal, 5);
  }
  SECTION("owlqn") {
    check_every_boundary(regression(HessianMatrixKind::exact), quasi_newton, 5);
    check_every_boundary(ill_conditioned(1000), quasi_newton, 10);
    check_every_boundary(valley(HessianMatrixKind::exact), quasi_newton, 10);
  }
}

}  // namespace
}  // namespace mpilogit::solvers::testing
