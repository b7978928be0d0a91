#include "mpilogit/solvers/growing_samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "mpilogit/solvers/newton.hpp"

namespace mpilogit::solvers {

namespace {

constexpr std::array<std::int64_t, 2> kStrides = {64, 8};
constexpr std::int64_t kMostIterations = 12;
constexpr double kFewestRowsPerVariable =
    4.0;  // a sample of fewer says something of large ones only
constexpr double kWorstGap = 1e-2;

// F on the sample is off by about dimension / (2 rows) of the deviance's scale: an eighth of that
// is as near as there is any use in.
double worthwhile_gap(const Objective& sample, double tolerance) {
  const double error =
      static_cast<double>(sample.dimension()) / (2.0 * static_cast<double>(sample.data_rows()));
  return std::clamp(0.125 * error, tolerance, std::max(tolerance, kWorstGap));
}

bool says_enough(const Objective& sample, std::int64_t stride) {
  const bool last = stride == kStrides.back();
  return last || static_cast<double>(sample.data_rows()) >=
                     kFewestRowsPerVariable * static_cast<double>(sample.dimension());
}

}  // namespace

std::vector<double> start_on_samples(const Objective& objective, std::span<const double> start,
                                     double tolerance) {
  std::vector<double> better(start.begin(), start.end());
  for (const auto stride : kStrides) {
    const auto sample = objective.sampled(stride);
    if (!sample || !says_enough(*sample, stride)) continue;
    const Limits limits{worthwhile_gap(*sample, tolerance), kMostIterations};
    const auto on = [](const Progress&) { return true; };
    const Solution solution = newton(*sample, better, limits, on);
    if (std::isfinite(solution.objective)) better = solution.coefficients;
  }
  return better;
}

}  // namespace mpilogit::solvers
