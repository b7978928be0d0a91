#include "statistics/row_diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/elementary.hpp"
#include "kernels/logistic.hpp"

namespace mpilogit::statistics {

namespace {

// −w y log y: what the loss of the best possible margin still costs. 0 where y is 0 or 1.
double saturated_loss(const RowCounts& counts) {
  const double weight = counts.weight();
  double loss = 0.0;
  for (const double part : {counts.failures, counts.successes}) {
    if (part > 0.0 && part < weight) loss -= part * kernels::log_of(part / weight);
  }
  return loss;
}

}  // namespace

RowResiduals row_residuals(double margin, const RowCounts& counts) {
  const auto failure = kernels::row_loss(margin, 0, counts.failures);
  const auto success = kernels::row_loss(margin, 1, counts.successes);
  const double residual = failure.residual + success.residual;  // w (μ − y)
  if (residual == 0.0) return {};
  const double curvature = kernels::row_curvature(margin, counts.weight());
  const double deviance =
      std::sqrt(std::max(0.0, 2.0 * (failure.loss + success.loss - saturated_loss(counts))));
  return {-residual / std::sqrt(curvature), std::copysign(deviance, -residual)};
}

double cooks_distance(double pearson, double leverage, double parameters) {
  if (leverage > kFullLeverage || std::isinf(pearson))
    return std::numeric_limits<double>::infinity();
  const double alone = pearson / (1.0 - leverage);
  return alone * alone * leverage / parameters;
}

}  // namespace mpilogit::statistics
