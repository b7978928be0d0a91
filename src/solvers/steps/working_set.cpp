#include "solvers/steps/working_set.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace mpilogit::solvers {

namespace {

constexpr std::size_t kLeastGrowth = 200;

// The `count` with the largest s² / H_jj, ties by number. Cost: one pass.
void keep_worst(std::vector<std::size_t>& violators, std::size_t count,
                const CompositePoint& point) {
  std::vector<double> gain(point.subgradient.size());
  point.smooth->hessian_diagonal(gain);
  for (const std::size_t j : violators) {
    const double s = point.subgradient[j];
    gain[j] = gain[j] > 0.0 ? s * s / gain[j] : Kink::kNoLimit;
  }
  std::sort(violators.begin(), violators.end(), [&](std::size_t a, std::size_t b) {
    return gain[a] != gain[b] ? gain[a] > gain[b] : a < b;
  });
  violators.resize(count);
  std::sort(violators.begin(), violators.end());
}

std::vector<std::size_t> merged(const std::vector<std::size_t>& a,
                                const std::vector<std::size_t>& b) {
  std::vector<std::size_t> both;
  std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

}  // namespace

bool WorkingSet::contains(std::size_t variable) const {
  return std::binary_search(variables.begin(), variables.end(), variable);
}

WorkingSet working_set_at(const L1AndBounds& l1_and_bounds, const CompositePoint& point) {
  const auto w = point.smooth->coefficients();
  std::vector<std::size_t> loose;
  std::vector<std::size_t> violators;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const Kink kink = kink_of(l1_and_bounds, j);
    if (kink.fixed()) continue;
    if (!kink.active(w[j])) {
      loose.push_back(j);
    } else if (point.subgradient[j] != 0.0) {
      violators.push_back(j);
    }
  }
  const std::size_t growth = std::max(loose.size(), kLeastGrowth);
  const bool complete = violators.size() <= growth;
  if (!complete) keep_worst(violators, growth, point);
  return {merged(loose, violators), complete};
}

WorkingSet with_screened(WorkingSet set, const L1AndBounds& l1_and_bounds,
                         const CompositePoint& point, double screening) {
  const auto w = point.smooth->coefficients();
  const auto gradient = point.smooth->gradient();
  std::vector<std::size_t> screened;
  for (std::size_t j = 0; j < w.size(); ++j) {
    Kink kink = kink_of(l1_and_bounds, j);
    if (kink.fixed() || w[j] != kink.centre) continue;
    kink.l1 *= screening;
    if (kink.smallest_subgradient(w[j], gradient[j]) != 0.0) screened.push_back(j);
  }
  set.variables = merged(set.variables, screened);
  return set;
}

WorkingSet with_nearly_leaving(WorkingSet set, const Objective& objective,
                               const L1AndBounds& l1_and_bounds, const CompositePoint& point,
                               double gap) {
  const auto largest = objective.largest_curvature();
  if (largest.empty()) return set;
  const auto w = point.smooth->coefficients();
  const auto gradient = point.smooth->gradient();
  std::vector<std::size_t> leaving;
  for (std::size_t j = 0; j < w.size(); ++j) {
    const Kink kink = kink_of(l1_and_bounds, j);
    if (kink.fixed() || !kink.active(w[j])) continue;
    const double reach = std::sqrt(2.0 * gap * largest[j]);
    const bool may_leave = kink.smallest_subgradient(w[j], gradient[j] - reach) != 0.0 ||
                           kink.smallest_subgradient(w[j], gradient[j] + reach) != 0.0;
    if (may_leave) leaving.push_back(j);
  }
  set.variables = merged(set.variables, leaving);
  return set;
}

}  // namespace mpilogit::solvers
