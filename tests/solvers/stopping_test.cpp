// What all solvers promise alike: the meaning of the tolerance, the reasons to stop, the same bits.

#include <cmath>
#include <functional>
#include <string>

#include "solvers/gradient_descent.hpp"
#include "solvers/lbfgs.hpp"
#include "solvers/newton.hpp"
#include "solvers/problems.hpp"
#include "solvers/sgd.hpp"
#include "support/catch.hpp"

using namespace mpilogit::solvers;
using namespace mpilogit::solvers::testing;

namespace {

// The whole gradient, in four batches.
class WholeBatches final : public BatchObjective {
 public:
  WholeBatches(Function function, double bound)
      : function_(std::move(function)), bound_(function_.dimension, bound) {}
  std::int64_t batches() const override { return 4; }
  void batch_gradient(std::int64_t, std::int64_t, std::span<const double> coefficients,
                      std::span<double> gradient) const override {
    const Vector whole = function_.gradient(coefficients);
    std::copy(whole.begin(), whole.end(), gradient.begin());
  }
  std::span<const double> curvature_bound() const override { return bound_; }

 private:
  Function function_;
  Vector bound_;
};

Solution solve(const std::string& solver, const TestObjective& objective, const Limits& limits,
               Monitor monitor) {
  const Vector start(objective.dimension(), 0.0);
  if (solver == "newton") return newton(objective, {start}, limits, monitor);
  if (solver == "lbfgs") return lbfgs(objective, start, limits, {}, monitor);
  if (solver == "gradient_descent") return gradient_descent(objective, start, limits, {}, monitor);
  const WholeBatches batches(objective.function(), 1.0);
  return sgd(objective, batches, start, limits, {0.5, 0.0}, monitor);
}

Function regression() {
  std::vector<Vector> rows;
  Vector labels;
  for (int i = 0; i < 80; ++i) {
    Vector row;
    for (int j = 1; j <= 6; ++j) row.push_back(std::sin(i * (0.7 + 0.31 * j)) / j);
    labels.push_back(row[0] + 2.0 * row[1] + 0.7 * std::cos(3.1 * i) > 0.1 ? 1.0 : 0.0);
    rows.push_back(std::move(row));
  }
  return logistic(rows, labels, 0.01);
}

const auto go_on = [](const Progress&) { return true; };

const std::vector<std::string> kSolvers{"newton", "lbfgs", "gradient_descent", "sgd"};
const std::vector<HessianMatrixKind> kKinds{HessianMatrixKind::exact, HessianMatrixKind::sampled,
                                            HessianMatrixKind::unaffordable};

}  // namespace

TEST_CASE("The tolerance means the relative gap, for every solver and kind of Hessian") {
  const auto function = regression();
  const double optimum =
      newton(TestObjective(function), {Vector(7, 0.0)}, {1e-20, 100}, go_on).objective;
  for (const auto& solver : kSolvers) {
    for (const auto kind : kKinds) {
      for (const double tolerance : {1e-2, 1e-4, 1e-6, 1e-8}) {
        INFO(solver << " " << static_cast<int>(kind) << " " << tolerance);
        const auto solution =
            solve(solver, TestObjective(function, kind), {tolerance, 20000}, go_on);
        REQUIRE(solution.stop_reason == StopReason::tolerance_reached);
        CHECK((solution.objective - optimum) / optimum <= 3.0 * tolerance);
        CHECK(solution.estimated_gap <= tolerance);
      }
    }
  }
}

TEST_CASE("The tolerance keeps its meaning on an ill-conditioned quadratic") {
  const auto function = quadratic(ill_conditioned_matrix(30, 1e5), Vector(30, 1.0), 2.0);
  for (const std::string solver : {"newton", "lbfgs", "gradient_descent"}) {
    for (const auto kind : kKinds) {
      for (const double tolerance : {1e-3, 1e-5, 1e-7}) {
        INFO(solver << " " << static_cast<int>(kind) << " " << tolerance);
        const auto solution =
            solve(solver, TestObjective(function, kind), {tolerance, 100000}, go_on);
        REQUIRE(solution.stop_reason == StopReason::tolerance_reached);
        CHECK((solution.objective - 2.0) / 2.0 <= 3.0 * tolerance);
      }
    }
  }
}

TEST_CASE("Tolerance 0 goes on to full precision") {
  for (const std::string solver : {"newton", "lbfgs"}) {
    INFO(solver);
    const TestObjective objective(regression());
    const auto solution = solve(solver, objective, {0.0, 1000}, go_on);
    CHECK(converged(solution.stop_reason));
    CHECK(solution.estimated_gap <= 1e-14);
    CHECK(solution.gradient_norm < 1e-8);
  }
}

TEST_CASE("The monitor sees iteration 0 and each after it, and can stop") {
  for (const auto& solver : kSolvers) {
    INFO(solver);
    std::vector<std::int64_t> seen;
    const auto solution =
        solve(solver, TestObjective(regression()), {0.0, 100}, [&](const Progress& progress) {
          seen.push_back(progress.iteration);
          CHECK(progress.data_passes > 0);
          CHECK(progress.gradient_norm > 0.0);
          CHECK((progress.step_length == 0.0) == (progress.iteration == 0));
          return progress.iteration < 3;
        });
    CHECK(solution.stop_reason == StopReason::asked_to_stop);
    CHECK(solution.iterations == 3);
    CHECK(seen == std::vector<std::int64_t>{0, 1, 2, 3});
  }
}

TEST_CASE("The iteration limit holds, and 0 iterations return the start") {
  for (const auto& solver : kSolvers) {
    INFO(solver);
    for (const std::int64_t limit : {0, 2}) {
      const auto solution = solve(solver, TestObjective(regression()), {1e-300, limit}, go_on);
      CHECK(solution.stop_reason == StopReason::iteration_limit);
      CHECK(solution.iterations == limit);
      if (limit == 0) CHECK(solution.coefficients == Vector(7, 0.0));
    }
  }
}

TEST_CASE("Every run gives the same bits") {
  for (const auto& solver : kSolvers) {
    for (const auto kind : kKinds) {
      const auto run = [&] {
        return solve(solver, TestObjective(regression(), kind), {1e-6, 500}, go_on);
      };
      const auto first = run();
      const auto second = run();
      CHECK(first.coefficients == second.coefficients);
      CHECK(first.iterations == second.iterations);
    }
  }
}

TEST_CASE("A start outside the domain is no progress, for every solver") {
  for (const auto& solver : kSolvers) {
    const auto solution = solve(solver, TestObjective(barrier(2)), {1e-8, 10}, go_on);
    CHECK(solution.stop_reason == StopReason::no_progress);
  }
}

TEST_CASE("Stop reasons have names") {
  CHECK(to_string(StopReason::tolerance_reached) == "tolerance reached");
  CHECK(to_string(StopReason::precision_reached) == "precision reached");
  CHECK(to_string(StopReason::iteration_limit) == "iteration limit");
  CHECK(to_string(StopReason::no_progress) == "no progress");
  CHECK(to_string(StopReason::asked_to_stop) == "asked to stop");
  CHECK(converged(StopReason::precision_reached));
  CHECK_FALSE(converged(StopReason::iteration_limit));
}
