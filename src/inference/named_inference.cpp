#include "inference/named_inference.hpp"

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "inference/detail/hypothesis.hpp"
#include "statistics/profile.hpp"
#include "statistics/tail_probabilities.hpp"

namespace mpilogit::inference {

namespace {

using model::CoefficientStatus;

struct Known {
  CoefficientStatus status = CoefficientStatus::estimated;
  double error = 0.0;
};

Known known(const model::Model& model, const CoefficientPlace& place) {
  const model::Inference& inference = *model.inference;
  const auto row = static_cast<std::size_t>(place.row);
  if (place.feature < 0) {
    return {inference.intercept_status[row], inference.intercept_standard_errors[row]};
  }
  const auto at = static_cast<std::size_t>(place.row * model.features + place.feature);
  return {inference.status[at], inference.standard_errors[at]};
}

}  // namespace

void require_known_names(const InferenceOptions& options, const model::Model& model,
                         std::size_t columns) {
  model::Model frame = model;
  frame.intercept.assign(columns, 0.0);
  try {
    if (!options.profile.empty()) named_coefficients(frame, options.profile);
    if (!options.tests.empty()) require_known(frame, options.tests);
  } catch (const core::Error& error) {
    throw error.as_agreed();  // all ranks have the same names
  }
}

std::string add_profiles(const InferenceOptions& options, const ProfiledFit& fit,
                         model::Model& model) {
  if (options.profile.empty()) return {};
  std::string left_out;
  const double quantile = statistics::chi_squared_quantile(options.confidence, 1);
  const auto columns = static_cast<std::size_t>(model.rows());
  for (const auto& place : named_coefficients(model, options.profile)) {
    const auto [status, error] = known(model, place);
    const bool separated = status == CoefficientStatus::separated;
    if (status != CoefficientStatus::estimated && !separated) continue;
    const auto column =
        static_cast<std::size_t>(place.feature < 0 ? model.features : place.feature);
    const bool intercept = place.feature < 0;
    if (intercept ? fit.frame.centred() : !fit.frame.alone(column)) {
      left_out += (left_out.empty() ? "" : ", ") +
                  (intercept ? std::string("(intercept)") : model.feature_name(place.feature));
      continue;
    }
    const int exponent = intercept ? 0 : fit.frame.exponent(column);
    const std::size_t variable = column * columns + static_cast<std::size_t>(place.row);
    // What moves some row's margin by 1 is a step where there is no standard error.
    const double step = std::isfinite(error) && error > 0.0 ? std::ldexp(error, exponent)
                                                            : 1.0 / fit.largest[column];
    const auto interval = statistics::profile_interval(fit.objective, fit.total_weight,
                                                       fit.coefficients, variable, step, quantile);
    model.inference->profiles.push_back({place.row, place.feature,
                                         std::ldexp(interval.lower, -exponent),
                                         std::ldexp(interval.upper, -exponent)});
  }
  return left_out;
}

std::string add_tests(const InferenceOptions& options, model::Model& model) {
  model::Inference& inference = *model.inference;
  if (options.tests.empty()) return {};
  const std::vector<double> covariance = std::move(inference.covariance);
  inference.covariance.clear();
  if (options.store_covariance) inference.covariance = covariance;
  try {
    inference.tests = test_hypotheses(model, covariance, options.tests);
  } catch (const core::Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace mpilogit::inference
