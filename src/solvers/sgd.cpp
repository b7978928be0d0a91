#include "solvers/sgd.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "solvers/gap/gap.hpp"
#include "solvers/gap/progress.hpp"
#include "solvers/steps/line_search.hpp"

namespace mpilogit::solvers {

namespace {

constexpr int kMostHalvings = 30;

// w_j −= η_t ĝ_j / bound_j over the batches of one epoch. Cost: one pass.
std::vector<double> epoch_from(const BatchObjective& batches, std::span<const double> start,
                               std::int64_t epoch, double rate, double decay) {
  std::vector<double> coefficients(start.begin(), start.end());
  std::vector<double> gradient(start.size());
  const auto bound = batches.curvature_bound();
  const double count = static_cast<double>(batches.batches());
  for (std::int64_t batch = 0; batch < batches.batches(); ++batch) {
    batches.batch_gradient(epoch, batch, coefficients, gradient);
    const double epochs = static_cast<double>(epoch) + static_cast<double>(batch) / count;
    const double step = rate / (1.0 + decay * epochs);
    for (std::size_t j = 0; j < gradient.size(); ++j) {
      coefficients[j] -= step * gradient[j] / bound[j];
    }
  }
  return coefficients;
}

// ½ Σ g_j² / bound_j: what one full step in these units promises.
double promised_decrease(const Point& point, std::span<const double> bound) {
  const auto gradient = point.gradient();
  double sum = 0.0;
  for (std::size_t j = 0; j < bound.size(); ++j) sum += gradient[j] * gradient[j] / bound[j];
  return 0.5 * sum;
}

}  // namespace

Solution sgd(const Objective& objective, const BatchObjective& batches,
             std::span<const double> start, const Limits& limits, const SgdOptions& options,
             Monitor monitor) {
  std::unique_ptr<Point> best;
  GapEstimate gap(objective, limits.tolerance);
  double rate = options.learning_rate;
  int halvings = 0;  // without an epoch that went down in between
  std::int64_t epoch = 0;
  const auto visit = [&](core::Archive& archive) {
    archive(epoch);
    archive(rate);
    archive(halvings);
    visit_point(archive, objective, best);
    gap.visit(archive);
    objective.visit_passes(archive);
  };
  const StateFrame frame(monitor.keeper(), visit);
  if (!frame.resumed()) best = objective.evaluate(start);
  if (!is_finite(*best)) return solution_at(objective, *best, 0, 0.0, StopReason::no_progress);
  for (;; ++epoch) {
    monitor.boundary();
    const double promised = promised_decrease(*best, batches.curvature_bound());
    const auto figure = gap.at(*best, promised);
    const auto stop = [&](StopReason reason, double estimated_gap) {
      return solution_at(objective, *best, epoch, estimated_gap, reason);
    };
    if (!monitor(progress_at(objective, *best, epoch, figure.relative, epoch > 0 ? rate : 0.0))) {
      return stop(StopReason::asked_to_stop, figure.relative);
    }
    if (figure.tolerance_reached) return stop(StopReason::tolerance_reached, figure.relative);
    if (epoch >= limits.max_iterations) return stop(StopReason::iteration_limit, figure.relative);
    if (halvings > kMostHalvings) {
      const double computed = gap.computed(*best, promised);
      return stop(at_rounding_level(computed, limits.tolerance), computed);
    }
    auto point =
        objective.evaluate(epoch_from(batches, best->coefficients(), epoch, rate, options.decay));
    if (is_finite(*point) && point->value() < best->value()) {
      best = std::move(point);
      halvings = 0;
    } else {
      rate *= 0.5;
      ++halvings;
    }
  }
}

}  // namespace mpilogit::solvers
