#include "solvers/steps/descent.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "solvers/gap/gap.hpp"
#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

namespace {

constexpr int kFlatDescentSteps = 3;

// A step along the direction; failing that, one along what the method offers without its memory.
Step step_or_start_over(DescentMethod& method, const Point& point,
                        const DescentMethod::Direction& direction) {
  Step step = method.step(point, direction.step);
  if (step.point || !method.reset()) return step;
  return method.step(point, method.direction(point).step);
}

}  // namespace

Solution descend(const Objective& objective, std::span<const double> start, const Limits& limits,
                 Monitor monitor, DescentMethod& method) {
  std::unique_ptr<Point> point;
  GapEstimate gap(objective, limits.tolerance);
  double length = 0.0;
  int flat_steps = 0;
  std::int64_t iteration = 0;
  const auto visit = [&](core::Archive& archive) {
    archive(iteration);
    archive(length);
    archive(flat_steps);
    visit_point(archive, objective, point);
    gap.visit(archive);
    method.visit(archive);
    objective.visit_passes(archive);
  };
  const StateFrame frame(monitor.keeper(), visit);
  if (!frame.resumed()) point = objective.evaluate(start);
  if (!is_finite(*point)) return solution_at(objective, *point, 0, 0.0, StopReason::no_progress);
  for (;; ++iteration) {
    monitor.boundary();
    const auto direction = method.direction(*point);
    const auto figure = gap.at(*point, direction.decrease);
    const auto stop = [&](StopReason reason, double estimated_gap) {
      return solution_at(objective, *point, iteration, estimated_gap, reason);
    };
    if (!monitor(progress_at(objective, *point, iteration, figure.relative, length))) {
      return stop(StopReason::asked_to_stop, figure.relative);
    }
    if (figure.tolerance_reached) return stop(StopReason::tolerance_reached, figure.relative);
    if (figure.contradicted && method.ends_when_contradicted()) {
      return stop(StopReason::no_progress, figure.relative);
    }
    if (iteration >= limits.max_iterations) {
      return stop(StopReason::iteration_limit, figure.relative);
    }
    Step step = step_or_start_over(method, *point, direction);
    flat_steps = step.outcome == StepOutcome::flat ? flat_steps + 1 : 0;
    if (step.outcome == StepOutcome::stuck || flat_steps >= kFlatDescentSteps) {
      const double computed = gap.computed(*point, direction.decrease);
      return stop(at_rounding_level(computed, limits.tolerance), computed);
    }
    if (!step.point) return stop(StopReason::no_progress, figure.relative);
    method.update(*point, step);
    length = step.length;
    point = std::move(step.point);
  }
}

}  // namespace mpilogit::solvers
