#include "solvers/growing_samples.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace mpilogit::solvers {

namespace {

constexpr std::array<std::int64_t, 2> kStrides = {16, 4};
constexpr std::int64_t kMostIterations = 12;
constexpr double kFewestRowsPerVariable = 40.0;
constexpr double kWorstGap = 1e-2;
constexpr double kNonlinearity = 40.0;

// F on more rows exceeds F on the sample by about twice the sample's error, or more where the rows
// of a piece are alike. Where it is another order of size, as with nearly separable classes, the
// sample's optimum is worse than no start at all.
constexpr double kWorstSurprise = 20.0;

// What the optimum of the sample is from that of all rows, in F: about dimension / (2 rows).
double error_of(const Objective& sample) {
  return static_cast<double>(sample.dimension()) / (2.0 * static_cast<double>(sample.data_rows()));
}

// An eighth of its error is as near to a sample's optimum as there is any use in.
double worthwhile_gap(const Objective& sample, double tolerance) {
  return std::clamp(0.125 * error_of(sample), tolerance, std::max(tolerance, kWorstGap));
}

// A Newton step on all rows squares the gap that the sample leaves.
bool near_enough(const Objective& sample, double tolerance) {
  const double error = error_of(sample);
  return kNonlinearity * error * error <= tolerance;
}

// With fewer rows the sample's optimum fits the sample alone, and its matrices cost more than they
// save (measured: docs/decisions/0011). Where there are so many variables that nobody makes a
// matrix, the penalty keeps the sample's optimum near, and the largest sample pays.
bool says_enough(const Objective& all, const Objective& sample, std::int64_t stride) {
  if (all.hessian_matrix_kind() == HessianMatrixKind::unaffordable) {
    return stride == kStrides.back();
  }
  return static_cast<double>(sample.data_rows()) >=
         kFewestRowsPerVariable * static_cast<double>(sample.dimension());
}

}  // namespace

Start start_on_samples(const Objective& objective, std::vector<double> start, double tolerance) {
  Start better{start};
  for (const auto stride : kStrides) {
    const auto sample = objective.sampled(stride);
    if (!sample || !says_enough(objective, *sample, stride)) continue;
    auto found =
        newton_start(*sample, better, {worthwhile_gap(*sample, tolerance), kMostIterations});
    if (!found) return {std::move(start)};
    better = std::move(*found);
    better.acceptable +=
        std::max(kWorstSurprise * error_of(*sample), 0.5 * std::abs(better.acceptable));
    better.instead = start;
    if (near_enough(*sample, tolerance)) break;
  }
  return better;
}

}  // namespace mpilogit::solvers
