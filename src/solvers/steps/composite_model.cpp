#include "solvers/steps/composite_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kVanished = 0x1p-50;  // of the largest curvature: rounding

// Where F does not change when a feature's coefficients move alike in all classes (`common` is 0,
// and they are free), the model gets a curvature along that direction: of all its minima the one
// that leaves their mean as it is. `variables`: ascending.
void keep_means(std::span<const std::size_t> variables, std::span<const Kink> kinks,
                std::span<const double> common, std::size_t classes, SymmetricMatrix& hessian) {
  for (std::size_t first = 0; first + classes <= variables.size();) {
    const std::size_t feature = variables[first] / classes;
    const bool whole =
        variables[first] % classes == 0 && variables[first + classes - 1] / classes == feature;
    const auto own = kinks.subspan(first, whole ? classes : 0);
    const bool free = whole && common[feature] == 0.0 &&
                      std::all_of(own.begin(), own.end(), [](const Kink& k) { return k.smooth(); });
    if (!free) {
      ++first;
      continue;
    }
    double curvature = 0.0;
    for (std::size_t k = first; k < first + classes; ++k) curvature += hessian(k, k);
    curvature /= static_cast<double>(classes * classes);
    for (std::size_t k = first; k < first + classes; ++k) {
      for (std::size_t l = first; l <= k; ++l) hessian(k, l) += curvature;
    }
    first += classes;
  }
}

}  // namespace

CompositeModel::CompositeModel(const Objective& objective, const L1AndBounds& l1_and_bounds)
    : objective_(objective), non_smooth_(l1_and_bounds), curvatures_(objective.dimension(), 0.0) {}

bool CompositeModel::vanished(std::size_t variable, double curvature) const {
  const auto largest = objective_.largest_curvature();
  return !largest.empty() && curvature < kVanished * largest[variable];
}

// A curvature that is nothing but rounding is set to 0, and its D to the largest there can be.
void CompositeModel::take(const CompositePoint& point, WorkingSet set) {
  set_ = std::move(set);
  const std::vector<std::size_t>& variables = set_.variables;
  hessian_ = point.smooth->hessian_matrix(variables);
  for (std::size_t i = 0; i < variables.size(); ++i) {
    double& largest = curvatures_[variables[i]];
    largest = std::max(largest, hessian_(i, i));
    if (!vanished(variables[i], hessian_(i, i))) continue;
    largest = std::max(largest, objective_.largest_curvature()[variables[i]]);
    for (std::size_t k = 0; k < variables.size(); ++k) {
      hessian_(std::max(i, k), std::min(i, k)) = 0.0;
    }
  }
}

PiecewiseQuadratic CompositeModel::quadratic(double damping, double value) const {
  const std::vector<std::size_t>& variables = set_.variables;
  const std::vector<double> of_all = gradient_rounding(objective_, value);
  std::vector<Kink> kinks;
  std::vector<double> rounding;
  kinks.reserve(variables.size());
  for (const std::size_t j : variables) {
    kinks.push_back(kink_of(non_smooth_, j));
    if (!of_all.empty()) rounding.push_back(of_all[j]);
  }
  SymmetricMatrix hessian = hessian_;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    hessian(i, i) += damping * curvatures_[variables[i]];
  }
  const auto first = std::lower_bound(variables.begin(), variables.end(),
                                      objective_.dimension() - objective_.classes());
  const auto intercepts = static_cast<std::size_t>(first - variables.begin());
  const auto common = objective_.common_curvature();
  if (!common.empty()) keep_means(variables, kinks, common, objective_.classes(), hessian);
  return {hessian, std::move(kinks), intercepts, std::move(rounding)};
}

CompositeModel::Minimum CompositeModel::minimise(const PiecewiseQuadratic& quadratic,
                                                 const CompositePoint& point,
                                                 int most_factorisations) const {
  const auto coefficients = point.smooth->coefficients();
  const auto gradient = point.smooth->gradient();
  std::vector<double> w;
  std::vector<double> g;
  for (const std::size_t j : set_.variables) {
    w.push_back(coefficients[j]);
    g.push_back(gradient[j]);
  }
  return quadratic.minimise(w, g, most_factorisations);
}

double CompositeModel::left_out(const Minimum& minimum, double tolerance, double value) const {
  NewtonModel model;
  model.left_out = minimum.left_out;
  for (std::size_t i = 0; i < set_.variables.size(); ++i) {
    const std::size_t variable = set_.variables[i];
    const double s = minimum.slopes_left[i];
    if (s == 0.0 || !vanished(variable, hessian_(i, i))) continue;
    model.left_out += 0.5 * s * s / (kVanished * objective_.largest_curvature()[variable]);
  }
  return whole_decrease(model, tolerance, value);
}

double CompositeModel::relative_gap(const Minimum& minimum, double tolerance, double value) const {
  double gap = minimum.decrease + left_out(minimum, tolerance, value);
  for (std::size_t i = 0; i < set_.variables.size(); ++i) {
    const double s = minimum.slopes_left[i];
    if (s != 0.0) gap += 0.5 * s * s / curvatures_[set_.variables[i]];
  }
  return solvers::relative_gap(gap, value);
}

std::vector<double> CompositeModel::target(const CompositePoint& point,
                                           const Minimum& minimum) const {
  const auto coefficients = point.smooth->coefficients();
  std::vector<double> w(coefficients.begin(), coefficients.end());
  for (std::size_t i = 0; i < set_.variables.size(); ++i) w[set_.variables[i]] = minimum.x[i];
  return w;
}

}  // namespace mpilogit::solvers
