#include "inference/detail/summary_record.hpp"

#include <cmath>
#include <numbers>

#include <nlohmann/json.hpp>

#include "model/inference_fields.hpp"

namespace mpilogit::inference {

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

std::string to_json(const SummarizeReport& report) {
  const model::Model& model = report.model;
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
  json.update(summary_record(model, report.summary));
  // Bytes that are not UTF-8 (in names from the data) become U+FFFD instead of an exception.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mpilogit::inference
