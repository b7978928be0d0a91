#include "inference/inference_record.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include "inference/detail/summary_record.hpp"
#include "statistics/tail_probabilities.hpp"

namespace mpilogit::inference {

namespace {

using Json = nlohmann::ordered_json;
using model::CoefficientStatus;

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

void add_fit(const model::FitStatistics& fit, Json& json) {
  json["observations"] = number(fit.observations);
  json["parameters"] = fit.parameters;
  json["log_likelihood"] = number(fit.log_likelihood);
  json["null_log_likelihood"] = number(fit.null_log_likelihood);
  json["null_deviance"] = number(fit.null_deviance);
  json["residual_deviance"] = number(fit.residual_deviance);
  json["null_degrees"] = number(fit.null_degrees);
  json["residual_degrees"] = number(fit.residual_degrees);
  json["aic"] = number(fit.aic);
  json["bic"] = number(fit.bic);
  json["mcfadden"] = number(fit.mcfadden);
  json["tjur"] = fit.tjur ? number(*fit.tjur) : Json(nullptr);
  json["likelihood_ratio"] = of_statistic(fit.likelihood_ratio);
  if (fit.hosmer_lemeshow) json["hosmer_lemeshow"] = of_statistic(*fit.hosmer_lemeshow);
}

/// Estimates with their errors, in one list per row of coefficients; the intercepts in one list.
struct Lists {
  Json errors = Json::array();
  Json z = Json::array();
  Json p = Json::array();
  Json log10_p = Json::array();
  Json status = Json::array();
};

// z = coefficient / standard error; P(|Z| ≥ |z|), as a logarithm too: z = 40 is below any double.
Lists lists(std::span<const double> coefficients, std::span<const double> errors,
            std::span<const CoefficientStatus> status) {
  Lists result;
  for (std::size_t j = 0; j < coefficients.size(); ++j) {
    const bool estimated = status[j] == CoefficientStatus::estimated && errors[j] > 0.0;
    const double z = estimated ? coefficients[j] / errors[j] : NAN;
    const double log_p = estimated ? statistics::log_two_sided_normal(z) : NAN;
    result.errors.push_back(number(errors[j]));
    result.z.push_back(number(z));
    result.p.push_back(number(std::exp(log_p)));
    result.log10_p.push_back(number(log_p * std::numbers::log10e));
    result.status.push_back(to_string(status[j]));
  }
  return result;
}

}  // namespace

Json inference_record(const model::Model& model) {
  const model::Inference& inference = *model.inference;
  Json json;
  json["method"] = inference.method;
  json["covariance"] = inference.covariance_kind;
  json["weights"] = inference.weights;
  json["penalised"] = inference.penalised;
  json["firth"] = inference.firth;
  json["confidence"] = inference.confidence;
  if (inference.covariance_kind == "cluster") json["clusters"] = inference.clusters;
  add_fit(inference.fit, json);

  const auto features = static_cast<std::size_t>(model.features);
  for (std::size_t r = 0; r < model.intercept.size(); ++r) {
    const auto row = [&](const auto& values) {
      return std::span(values).subspan(r * features, features);
    };
    Lists own =
        lists(row(model.coefficients), row(inference.standard_errors), row(inference.status));
    json["standard_errors"].push_back(std::move(own.errors));
    json["z"].push_back(std::move(own.z));
    json["p"].push_back(std::move(own.p));
    json["log10_p"].push_back(std::move(own.log10_p));
    json["status"].push_back(std::move(own.status));
  }
  Lists own =
      lists(model.intercept, inference.intercept_standard_errors, inference.intercept_status);
  json["intercept_standard_errors"] = std::move(own.errors);
  json["intercept_z"] = std::move(own.z);
  json["intercept_p"] = std::move(own.p);
  json["intercept_log10_p"] = std::move(own.log10_p);
  json["intercept_status"] = std::move(own.status);
  return json;
}

}  // namespace mpilogit::inference
