// Everything that is readable in a model, as JSON.

#include <cmath>
#include <numbers>

#include <nlohmann/json.hpp>

#include "core/parse_json.hpp"
#include "exporting/forms/forms.hpp"
#include "exporting/forms/texts.hpp"
#include "inference/summarize.hpp"
#include "model/inference.hpp"

namespace mpilogit::exporting {

namespace {

using Json = nlohmann::ordered_json;

const char* link_of(const model::Model& model) {
  if (model.objective == model::kLogistic) return "logit";
  return model.objective == model::kSoftmax ? "softmax" : "logit of each class, normalised";
}

const char* kind_of(data::LabelKind kind) {
  switch (kind) {
    case data::LabelKind::integer:
      return "integer";
    case data::LabelKind::boolean:
      return "boolean";
    case data::LabelKind::floating:
      return "float";
    case data::LabelKind::text:
      break;
  }
  return "text";
}

Json label_of(const data::ClassSet& classes, std::size_t index) {
  switch (classes.kind) {
    case data::LabelKind::text:
      return classes.texts[index];
    case data::LabelKind::boolean:
      return classes.numbers[index] != 0;
    case data::LabelKind::floating:
      return static_cast<double>(classes.numbers[index]);
    case data::LabelKind::integer:
      break;
  }
  return classes.numbers[index];
}

Json names_or_null(const std::vector<std::string>& names) {
  return names.empty() ? Json(nullptr) : Json(names);
}

template <class Value>
Json in_rows(const std::vector<Value>& values, std::int64_t rows) {
  Json packed = Json::array();
  const std::ptrdiff_t width = std::ssize(values) / rows;
  for (std::ptrdiff_t r = 0; r < rows; ++r) {
    packed.push_back(
        std::vector<Value>(values.begin() + r * width, values.begin() + (r + 1) * width));
  }
  return packed;
}

// What is no JSON stays a text.
Json parsed_or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  Json parsed = core::parse_json<Json>(text, nullptr, false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

struct Scalars {
  Json& json;

  template <class Value>
  void operator()(const char* name, const Value& value) const {
    json[name] = value;
  }
  void operator()(const char* name, const model::ChiSquared& value) const {
    json[name] = {{"statistic", value.statistic},
                  {"degrees", value.degrees},
                  {"log10_p", value.log_p * std::numbers::log10e}};
  }
  template <class Value>
  void operator()(const char* name, const std::optional<Value>& value) const {
    value ? (*this)(name, *value) : static_cast<void>(json[name] = nullptr);
  }
};

// One figure of all coefficients, in the layout of the coefficients; null where there is none.
template <class Figure>
Json figures_of(const inference::Summary& summary, Figure figure) {
  Json intercept = Json::array();
  Json coefficients = Json::array();
  for (const auto& figures : summary.coefficients) {
    const Json value = figures.estimated() ? Json(figure(figures)) : Json(nullptr);
    if (figures.feature < 0) {
      intercept.push_back(value);
      coefficients.push_back(Json::array());
    } else {
      coefficients.back().push_back(value);
    }
  }
  return {{"intercept", intercept}, {"coefficients", coefficients}};
}

Json inference_of(const model::Model& model) {
  if (!model.inference) return nullptr;
  using Figures = inference::CoefficientFigures;
  const inference::Summary summary = inference::summary_of(model);
  Json json;
  model::for_each_scalar(*model.inference, Scalars{json});
  const auto add = [&](const char* name, double (*figure)(const Figures&)) {
    json[name] = figures_of(summary, figure);
  };
  add("standard_error", [](const Figures& figures) { return figures.standard_error; });
  add("z", [](const Figures& figures) { return figures.z; });
  add("p", [](const Figures& figures) { return std::exp(figures.log_p); });
  add("log10_p", [](const Figures& figures) { return figures.log_p * std::numbers::log10e; });
  add("lower", [](const Figures& figures) { return figures.lower; });
  add("upper", [](const Figures& figures) { return figures.upper; });
  if (!model.inference->covariance.empty()) {
    json["covariance"] = in_rows(model.inference->covariance, model.rows() * (model.features + 1));
  }
  json["tests"] = Json::array();
  for (const auto& test : model.inference->tests) {
    Json packed = {{"hypothesis", test.hypothesis}};
    Scalars{packed}("chi_squared", test.chi_squared);
    json["tests"].push_back(packed);
  }
  return json;
}

// Nothing where no column is far from zero.
void add_centre(const model::Model& model, Json& json) {
  if (model.centre.empty()) return;
  json["centre"] = model.centre;
  json["intercept_at_centre"] = model.intercept_at_centre;
  if (model.expansion.identity()) return;
  json["coefficients_at_centre"] = in_rows(model.coefficients_at_centre, model.rows());
}

Json expansion_of(const model::Model& model) {
  if (model.expansion.identity()) return nullptr;
  return {{"degree", model.expansion.degree},
          {"interactions_only", model.expansion.interactions_only},
          {"data_features", model.data_features()},
          {"data_feature_names", names_or_null(model.data_feature_names)}};
}

std::string to_json(const model::Model& model, const ExportOptions& /*options*/,
                    const std::string& /*where*/) {
  Json json = {{"format", "mpilogit model"}, {"format_version", 1}};
  json["objective"] = model.objective;
  json["link"] = link_of(model);
  json["label_kind"] = kind_of(model.classes.kind);
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    json["classes"].push_back(label_of(model.classes, k));
  }
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    json["class_of_row"].push_back(label_of(model.classes, model.row_class(r)));
  }
  json["features"] = model.features;
  json["feature_names"] = names_or_null(model.feature_names);
  json["intercept"] = model.intercept;
  json["coefficients"] = in_rows(model.coefficients, model.rows());
  add_centre(model, json);
  json["coefficients_sha256"] = model::coefficients_sha256(model);
  json["expansion"] = expansion_of(model);
  json["penalty"] = {{"l2", model.l2},
                     {"l1", model.l1},
                     {"standardized", model.standardized},
                     {"firth", model.firth}};
  json["solver"] = model.solver;
  json["schema"] = parsed_or_null(model.schema);
  json["inference"] = inference_of(model);
  json["record"] = parsed_or_null(model.record);
  // Bytes that are not UTF-8 (in names from the data) become U+FFFD instead of an exception.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Known by its keys, as run records are.
bool is_our_json(std::string_view /*beginning*/) {
  return false;
}

}  // namespace

Form json_form() {
  return {"json", to_json, utf8, is_our_json};
}

}  // namespace mpilogit::exporting
