#include "page/sections/estimates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "statistics/tail_probabilities.hpp"

namespace mpilogit::page {

namespace {

// z = β̂ / SE; the interval is β̂ ± q SE with q the normal quantile at (1 + confidence) / 2.
void add_error(double error, double confidence, Estimate& estimate) {
  if (estimate.status != model::CoefficientStatus::estimated || !std::isfinite(error)) return;
  estimate.standard_error = error;
  if (!(error > 0.0)) return;
  estimate.z = estimate.value / error;
  estimate.log_p = statistics::log_two_sided_normal(estimate.z);
  const double quantile = statistics::normal_quantile(0.5 + 0.5 * confidence);
  estimate.lower = estimate.value - quantile * error;
  estimate.upper = estimate.value + quantile * error;
}

Estimate bare(const model::Model& model, std::int64_t row) {
  Estimate estimate;
  if (model.rows() > 1) estimate.of_class = model.classes.name(model.row_class(row));
  return estimate;
}

Estimate intercept(const model::Model& model, std::int64_t row) {
  const auto r = static_cast<std::size_t>(row);
  Estimate estimate = bare(model, row);
  estimate.value = model.intercept[r];
  if (has_errors(model)) {
    estimate.status = model.inference->intercept_status[r];
    add_error(model.inference->intercept_standard_errors[r], model.inference->confidence, estimate);
  }
  return estimate;
}

Estimate coefficient(const model::Model& model, std::size_t index,
                     std::span<const double> deviations) {
  const auto features = static_cast<std::size_t>(model.features);
  const std::size_t feature = index % features;
  Estimate estimate = bare(model, static_cast<std::int64_t>(index / features));
  estimate.feature = model.feature_name(static_cast<std::int64_t>(feature));
  if (estimate.feature.empty()) estimate.feature = "(no name)";
  estimate.value = model.coefficients[index];
  if (!deviations.empty()) estimate.deviation = deviations[feature];
  if (has_errors(model)) {
    estimate.status = model.inference->status[index];
    add_error(model.inference->standard_errors[index], model.inference->confidence, estimate);
  }
  return estimate;
}

// What `strongest_estimates` compares.
std::vector<double> strengths(const model::Model& model, std::span<const double> deviations) {
  std::vector<double> strengths(model.coefficients.size());
  for (std::size_t i = 0; i < strengths.size(); ++i) {
    double scale = 1.0;
    if (has_errors(model)) {
      const double error = model.inference->standard_errors[i];
      scale = error > 0.0 ? 1.0 / error : 0.0;  // 0 for an infinite error too
    } else if (!deviations.empty()) {
      scale = deviations[i % static_cast<std::size_t>(model.features)];
    }
    strengths[i] = std::fabs(model.coefficients[i]) * scale;
  }
  return strengths;
}

}  // namespace

bool has_errors(const model::Model& model) {
  return model.inference && model.inference->standard_errors.size() == model.coefficients.size() &&
         model.inference->status.size() == model.coefficients.size() &&
         model.inference->intercept_standard_errors.size() == model.intercept.size() &&
         model.inference->intercept_status.size() == model.intercept.size();
}

std::vector<Estimate> strongest_estimates(const model::Model& model,
                                          std::span<const double> deviations, std::size_t most) {
  const std::vector<double> strength = strengths(model, deviations);
  std::vector<std::size_t> order(strength.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t taken = std::min(most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(taken), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      return strength[a] != strength[b] ? strength[a] > strength[b] : a < b;
                    });
  std::vector<Estimate> estimates;
  for (std::int64_t row = 0; row < model.rows(); ++row) estimates.push_back(intercept(model, row));
  for (std::size_t i = 0; i < taken; ++i) {
    estimates.push_back(coefficient(model, order[i], deviations));
  }
  if (!has_errors(model)) return estimates;
  // Where in `estimates` a profiled coefficient stands; few are ever profiled.
  for (const auto& profile : model.inference->profiles) {
    Estimate* at = nullptr;
    if (profile.feature < 0) {
      at = &estimates[static_cast<std::size_t>(profile.row)];
    } else {
      const auto index = static_cast<std::size_t>(profile.row * model.features + profile.feature);
      const auto last = order.begin() + static_cast<std::ptrdiff_t>(taken);
      const auto found = std::find(order.begin(), last, index);
      if (found == last) continue;
      at = &estimates[model.intercept.size() + static_cast<std::size_t>(found - order.begin())];
    }
    at->lower = profile.lower;
    at->upper = profile.upper;
    at->profiled = true;
  }
  return estimates;
}

std::string order_of_strength(const model::Model& model, std::span<const double> deviations) {
  if (has_errors(model)) return "by |z|, the distance from 0 in standard errors";
  if (!deviations.empty()) return "by the effect of one standard deviation of the feature";
  return "by size";
}

}  // namespace mpilogit::page
