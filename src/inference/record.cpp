#include "inference/record.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "model/inference.hpp"
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

namespace {

// JSON has neither infinities nor NaN: they are written as null.
using Json = nlohmann::ordered_json;

struct Scalars {
  Json& json;

  void operator()(const char* name, const std::string& value) const { json[name] = value; }
  void operator()(const char* name, bool value) const { json[name] = value; }
  void operator()(const char* name, std::int64_t value) const { json[name] = value; }
  void operator()(const char* name, double value) const { json[name] = value; }
  void operator()(const char* name, const model::ChiSquared& value) const {
    json[name] = of_statistic(value);
  }
  template <class Value>
  void operator()(const char* name, const std::optional<Value>& value) const {
    if (value) {
      (*this)(name, *value);
    } else {
      json[name] = nullptr;
    }
  }
};

Json of_coefficient(const model::Model& model, const CoefficientFigures& figures) {
  Json json;
  json["name"] = figures.feature < 0 ? "(intercept)" : model.feature_name(figures.feature);
  json["feature"] = figures.feature < 0 ? Json(nullptr) : Json(figures.feature);
  json["class"] = model.classes.name(model.row_class(figures.row));
  json["status"] = to_string(figures.status);
  const auto add = [&](const char* name, double value) {
    json[name] = figures.estimated() ? Json(value) : Json(nullptr);
  };
  json["coefficient"] = figures.coefficient;
  add("standard_error", figures.standard_error);
  add("z", figures.z);
  add("p", std::exp(figures.log_p));
  add("log10_p", figures.log_p * std::numbers::log10e);
  add("lower", figures.lower);
  add("upper", figures.upper);
  json["interval"] = !figures.estimated() ? Json(nullptr)
                     : figures.profiled   ? Json("profile")
                                          : Json("wald");
  add("odds_ratio", std::exp(figures.coefficient));
  add("odds_ratio_lower", std::exp(figures.lower));
  add("odds_ratio_upper", std::exp(figures.upper));
  return json;
}

}  // namespace

Json of_statistic(const model::ChiSquared& value) {
  return {{"statistic", value.statistic},
          {"degrees", value.degrees},
          {"p", std::exp(value.log_p)},
          {"log10_p", value.log_p * std::numbers::log10e}};
}

const char* to_string(model::CoefficientStatus status) {
  switch (status) {
    case model::CoefficientStatus::estimated:
      return "estimated";
    case model::CoefficientStatus::aliased:
      return "aliased";
    case model::CoefficientStatus::separated:
      return "separated";
    case model::CoefficientStatus::fixed:
      break;
  }
  return "fixed";
}

Json summary_record(const model::Model& model, const Summary& summary) {
  Json json;
  model::for_each_scalar(*model.inference, Scalars{json});
  json["confidence"] = summary.confidence;
  json["tests"] = Json::array();
  for (const auto& test : model.inference->tests) {
    Json entry = of_statistic(test.chi_squared);
    entry["hypothesis"] = test.hypothesis;
    json["tests"].push_back(std::move(entry));
  }
  for (const auto& figures : summary.coefficients) {
    json["coefficients"].push_back(of_coefficient(model, figures));
  }
  return json;
}

std::string to_json(const SummarizeResult& outcome) {
  const model::Model& model = outcome.model;
  Json json;
  json["model_objective"] = model.objective;
  json["model_features"] = model.features;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    json["class_names"].push_back(model.classes.name(k));
  }
  json["reference_class"] =
      model.rows() == 1 || model.reference_class() ? Json(model.classes.name(0)) : Json(nullptr);
  json["l2"] = model.l2;
  json["l1"] = model.l1;
  json["coefficients_sha256"] = model::coefficients_sha256(model);
  if (!model.centre.empty()) {
    json["centre"] = model.centre;
    json["intercept_at_centre"] = model.intercept_at_centre;
  }
  json.update(summary_record(model, outcome.summary));
  // Bytes that are not UTF-8 (in names from the data) become U+FFFD instead of an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mpilogit::inference
