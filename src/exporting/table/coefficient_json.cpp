#include "exporting/table/coefficient_json.hpp"

#include <cmath>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "core/parse_json.hpp"
#include "exporting/forms/class_rows.hpp"
#include "formats/schema.hpp"
#include "kernels/polynomial.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

using ParsedJson = nlohmann::json;

std::int64_t whole_label(const ParsedJson& label) {
  if (label.is_number_unsigned()) {
    require(label.get<std::uint64_t>() <= INT64_MAX, "a class is too large: " + label.dump());
  }
  if (label.is_number_integer()) return label.get<std::int64_t>();
  const double value = label.get<double>();
  require(value == std::trunc(value) && value >= -0x1p63 && value < 0x1p63,
          "a class is no whole number: " + label.dump());
  return static_cast<std::int64_t>(value);
}

// Labels as they are, all of one kind.
data::ClassSet labels_in(const ParsedJson& labels) {
  require(labels.is_array() && !labels.empty(), "its classes are no list");
  data::ClassSet classes;
  for (const auto& label : labels) {
    require(label.type() == labels.front().type() ||
                (label.is_number_integer() && labels.front().is_number_integer()),
            "its classes are of several kinds");
    if (label.is_string()) {
      classes.kind = data::LabelKind::text;
      classes.texts.push_back(label.get<std::string>());
    } else if (label.is_boolean()) {
      classes.kind = data::LabelKind::boolean;
      classes.numbers.push_back(label.get<bool>() ? 1 : 0);
    } else {
      classes.numbers.push_back(whole_label(label));
      if (label.is_number_float()) classes.kind = data::LabelKind::floating;
    }
  }
  return classes;
}

std::vector<std::string> names_in(const ParsedJson& json, const char* key) {
  if (!json.contains(key) || json[key].is_null()) return {};
  return json[key].get<std::vector<std::string>>();
}

std::vector<std::vector<double>> rows_of_numbers(const ParsedJson& json) {
  if (json.is_array() && !json.empty() && json[0].is_number()) {
    return {json.get<std::vector<double>>()};
  }
  return json.get<std::vector<std::vector<double>>>();
}

// Without an intercept scikit-learn has one 0 for all classes.
std::vector<double> intercepts_of(const ParsedJson& json, std::size_t rows) {
  auto values =
      json.is_number() ? std::vector{json.get<double>()} : json.get<std::vector<double>>();
  if (values == std::vector{0.0}) values.resize(rows, 0.0);
  require(values.size() == rows, "it has other numbers of intercepts and of rows of coefficients");
  return values;
}

std::vector<ClassRow> rows_in(const ParsedJson& coefficients, const ParsedJson& intercept) {
  const auto rows = rows_of_numbers(coefficients);
  require(!rows.empty(), "it has no coefficients");
  const auto intercepts = intercepts_of(intercept, rows.size());
  std::vector<ClassRow> result;
  for (std::size_t r = 0; r < rows.size(); ++r) result.push_back({intercepts[r], rows[r]});
  return result;
}

// Asked for a softmax of two classes, scikit-learn takes that of −z and z.
void double_all(ClassRow& row) {
  row.intercept *= 2.0;
  for (double& coefficient : row.coefficients) coefficient *= 2.0;
}

model::Model scikit_learn_model(const ParsedJson& json, const TableOptions& options) {
  ClassRows table;
  table.rows = rows_in(json.at("coef_"), json.value("intercept_", ParsedJson(0.0)));
  table.reference = table.rows.size() == 1;
  table.feature_names = names_in(json, "feature_names_in_");
  // Left to choose, scikit-learn trains one-vs-rest with liblinear alone.
  const std::string multi_class = json.value("multi_class", "");
  const bool one_vs_rest = multi_class == "ovr" || (multi_class != "multinomial" &&
                                                    json.value("solver", "") == "liblinear");
  table.one_vs_rest = table.rows.size() > 1 && one_vs_rest;
  if (table.reference && multi_class == "multinomial") double_all(table.rows.front());
  const bool named = json.contains("classes_");
  require(!named || options.classes.empty(), "--classes has no effect: it names them");
  require(named || table.reference, "it lacks classes_");
  table.classes = named                     ? labels_in(json["classes_"])
                  : options.classes.empty() ? classes_named({"0", "1"})
                                            : classes_named(options.classes);
  return model_of(std::move(table));
}

kernels::PolynomialShape expansion_in(const ParsedJson& json, std::int64_t features) {
  if (json.is_null()) return {static_cast<std::size_t>(features), 1, false};
  const auto degree = json.at("degree").get<std::int64_t>();
  const auto from = json.at("data_features").get<std::int64_t>();
  require(degree >= 2 && degree <= features && from >= 1 && from <= features,
          "its expansion is none");
  const kernels::PolynomialShape shape{static_cast<std::size_t>(from),
                                       static_cast<std::size_t>(degree),
                                       json.at("interactions_only").get<bool>()};
  require(kernels::expanded_features(shape) == static_cast<std::size_t>(features),
          "its expansion has other features than its coefficients");
  return shape;
}

std::vector<double> packed_numbers(const ParsedJson& json) {
  std::vector<double> numbers;
  for (const auto& row : rows_of_numbers(json)) {
    numbers.insert(numbers.end(), row.begin(), row.end());
  }
  return numbers;
}

// Of a model whose features are far from zero: the form that keeps the answer.
void read_centre(const ParsedJson& json, model::Model& model) {
  if (!json.contains("centre")) return;
  model.centre = json["centre"].get<std::vector<double>>();
  model.intercept_at_centre = json.at("intercept_at_centre").get<std::vector<double>>();
  const bool products = !model.expansion.identity();
  if (products) model.coefficients_at_centre = packed_numbers(json.at("coefficients_at_centre"));
  require(std::ssize(model.centre) == model.data_features() &&
              model.intercept_at_centre.size() == model.intercept.size() &&
              (!products || model.coefficients_at_centre.size() == model.coefficients.size()),
          "its centre is of other features or rows than its coefficients");
  require(model::agree(model, model::centred_forms(model), model.coefficients, model.intercept),
          "its intercept and coefficients are not those at its centre");
}

// What `export --format json` wrote. The inference stays behind: it is of the data, too.
model::Model own_model(const ParsedJson& json, const TableOptions& options,
                       const std::string& where) {
  require(json.at("format") == "mpilogit model" && json.at("format_version") == 1,
          "it is of another format");
  require(options.classes.empty(), "--classes has no effect: it names them");
  ClassRows table;
  table.classes = labels_in(json.at("classes"));
  table.rows = rows_in(json.at("coefficients"), json.at("intercept"));
  table.reference = table.rows.size() + 1 == table.classes.size();
  table.one_vs_rest = json.at("objective") == model::kOneVsRest;
  table.feature_names = names_in(json, "feature_names");
  model::Model model = model_of(std::move(table));
  require(json.at("objective") == model.objective,
          "its objective " + json["objective"].dump() + " is none of its classes and rows");
  const std::string digest = model::coefficients_sha256(model);
  require(json.value("coefficients_sha256", digest) == digest,
          "its coefficients do not match their coefficients_sha256, which goes when they change");
  const ParsedJson& expansion = json.at("expansion");
  model.expansion = expansion_in(expansion, model.features);
  if (!expansion.is_null()) model.data_feature_names = names_in(expansion, "data_feature_names");
  require(model.data_feature_names.empty() ||
              std::ssize(model.data_feature_names) == model.data_features(),
          "it has other numbers of names and of features");
  read_centre(json, model);
  const ParsedJson& penalty = json.at("penalty");
  model.l2 = penalty.at("l2").get<double>();
  model.l1 = penalty.at("l1").get<double>();
  model.standardized = penalty.at("standardized").get<bool>();
  model.firth = penalty.at("firth").get<bool>();
  require(model.l2 >= 0.0 && model.l1 >= 0.0, "its penalty is negative");
  const ParsedJson& packed = json.at("schema");
  if (packed.is_null()) return model;
  const formats::Schema schema = formats::schema_from(packed.dump(), where + ":schema");
  require(schema.features() == model.data_features(),
          "its schema has other features than its coefficients");
  model.schema = formats::to_text(schema);
  return model;
}

}  // namespace

ImportedModel model_from_json(const std::string& text, const TableOptions& options,
                              const std::string& where) {
  const ParsedJson json = core::parse_json<ParsedJson>(text);
  require(!options.step, "--step has no effect: it has the coefficients of one model");
  if (json.contains("coef_")) {
    ImportedModel imported{scikit_learn_model(json, options), {}};
    if (!json.contains("intercept_")) {
      imported.notes.emplace_back("it has no intercept_: the intercept is 0");
    }
    return imported;
  }
  if (json.contains("format")) return {own_model(json, options, where), {}};
  throw std::invalid_argument("it has neither 'coef_' nor 'format'");
}

}  // namespace mpilogit::exporting
