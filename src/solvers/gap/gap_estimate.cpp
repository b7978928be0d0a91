#include "solvers/gap/gap_estimate.hpp"

#include <cmath>

#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kContradiction = 100.0;

}  // namespace

GapEstimate::Figure GapEstimate::at(const Point& point, double cheap) {
  const double estimate = relative_gap(ratio_ * cheap, point.value());
  const std::int64_t passes = objective_.data_passes();
  const bool due = passes >= at_latest_ || (estimate <= tolerance_ && passes >= not_before_);
  if (!due) return {estimate, false};
  const double figure = computed(point, cheap);
  const bool claimed = estimate <= tolerance_;
  return {figure, figure <= tolerance_, claimed && figure > kContradiction * tolerance_};
}

void GapEstimate::visit(core::Archive& archive) {
  archive(ratio_);
  archive(not_before_);
  archive(at_latest_);
  newton_.visit(archive, objective_);
}

double GapEstimate::computed(const Point& point, double cheap) {
  constexpr double kForcing = 0.1;
  const std::int64_t before = objective_.data_passes();
  const double decrease =
      whole_decrease(newton_.at(point, {kForcing, 0.0, tolerance_ * std::abs(point.value())}),
                     tolerance_, point.value());
  const std::int64_t after = objective_.data_passes();
  not_before_ = after + (after - before);
  at_latest_ = 4 * after;
  if (cheap > 0.0 && decrease > 0.0 && std::isfinite(decrease)) ratio_ = decrease / cheap;
  return relative_gap(decrease, point.value());
}

}  // namespace mpilogit::solvers
