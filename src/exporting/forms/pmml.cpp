// PMML 4.4: a regression model whose inputs are the features, or the raw columns.

#include <algorithm>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "exporting/forms/forms.hpp"
#include "exporting/forms/raw_columns.hpp"
#include "exporting/forms/texts.hpp"
#include "kernels/polynomial.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

// Attributes, written in this order.
using Attributes = std::vector<std::pair<std::string, std::string>>;

std::string opening(const std::string& element, const Attributes& attributes) {
  std::string text = "<" + element;
  for (const auto& [name, value] : attributes) text += " " + name + "=\"" + xml_text(value) + "\"";
  return text;
}

std::string element(const std::string& name, const Attributes& attributes,
                    const std::string& content = "") {
  const std::string start = opening(name, attributes);
  return content.empty() ? start + "/>\n" : start + ">\n" + content + "</" + name + ">\n";
}

// A field that the model reads: a feature, or a column of the raw table.
std::string number_field(const std::string& name, const std::string& values = "") {
  return element("DataField", {{"name", name}, {"optype", "continuous"}, {"dataType", "double"}},
                 values);
}

std::string missing_values(const formats::Schema& schema) {
  std::string values;
  if (!fills(schema)) return values;
  for (const auto& text : schema.missing_texts) {
    values += element("Value", {{"value", text}, {"property", "missing"}});
  }
  return values;
}

std::string constant(const std::string& value) {
  return "<Constant dataType=\"double\">" + value + "</Constant>\n";
}

std::string if_missing(const std::string& field, const std::string& then,
                       const std::string& otherwise) {
  return element(
      "Apply", {{"function", "if"}},
      element("Apply", {{"function", "isMissing"}}, element("FieldRef", {{"field", field}})) +
          then + otherwise);
}

std::string derived(const std::string& name, const std::string& expression) {
  return element("DerivedField", {{"name", name}, {"optype", "continuous"}, {"dataType", "double"}},
                 expression);
}

// Names must differ for those who read the file.
std::string claimed_field(UniqueNames& names, const std::string& wanted) {
  return names.claim(in_xml(wanted));
}

// What the model reads and makes of it: features as fields of their names.
struct Inputs {
  UniqueNames names;
  std::vector<std::string> fields;    // those that are given
  std::vector<std::string> features;  // the fields of the features
  std::string dictionary;             // DataField
  std::string transformations;        // DerivedField

  void add_feature(const std::string& wanted) {
    fields.push_back(claimed_field(names, wanted));
    features.push_back(fields.back());
    dictionary += number_field(fields.back());
  }

  void add_derived(const std::string& wanted, const std::string& expression) {
    features.push_back(claimed_field(names, wanted));
    transformations += derived(features.back(), expression);
  }

  void add_number(const formats::Schema& schema, const formats::Column& column) {
    const std::string& field = fields.emplace_back(claimed_field(names, column.name));
    dictionary += number_field(field, missing_values(schema));
    if (!fills(schema)) {
      features.push_back(field);
      return;
    }
    add_derived(column.name + " (filled)", if_missing(field, constant(number_text(column.mean)),
                                                      element("FieldRef", {{"field", field}})));
    if (!column.indicates_missing) return;
    add_derived(column.name + "=(missing)", if_missing(field, constant("1"), constant("0")));
  }

  /// From here on such features are measured from their centre.
  void centre(const std::vector<double>& centre) {
    for (std::size_t j = 0; j < centre.size(); ++j) {
      if (centre[j] == 0.0) continue;
      const std::string name = claimed_field(names, features[j] + " (centred)");
      transformations += derived(name, element("Apply", {{"function", "-"}},
                                               element("FieldRef", {{"field", features[j]}}) +
                                                   constant(number_text(centre[j]))));
      features[j] = name;
    }
  }

  void add_category(const formats::Schema& schema, const formats::Column& column) {
    const std::string field = fields.emplace_back(claimed_field(names, column.name));
    std::string values;
    for (const auto& level : column.levels) values += element("Value", {{"value", level}});
    dictionary +=
        element("DataField", {{"name", field}, {"optype", "categorical"}, {"dataType", "string"}},
                values + missing_values(schema));
    for (const auto& level : column.levels) {
      if (level == column.dropped) continue;
      Attributes attributes = {{"field", field}, {"value", level}};
      if (column.indicates_missing) attributes.emplace_back("mapMissingTo", "0");
      add_derived(column.name + "=" + level, element("NormDiscrete", attributes));
    }
    if (!column.indicates_missing) return;
    add_derived(column.name + "=(missing)", if_missing(field, constant("1"), constant("0")));
  }
};

Inputs inputs_of(const model::Model& model, const std::optional<formats::Schema>& schema,
                 UniqueNames names) {
  Inputs inputs;
  inputs.names = std::move(names);
  if (!schema) {
    for (std::int64_t j = 0; j < model.data_features(); ++j) {
      const auto& known = model.data_feature_names;
      inputs.add_feature(known.empty() ? fmt::format("column {}", j)
                                       : known[static_cast<std::size_t>(j)]);
    }
  } else {
    for (const auto& column : schema->columns) {
      formats::is_numeric(column.kind) ? inputs.add_number(*schema, column)
                                       : inputs.add_category(*schema, column);
    }
  }
  inputs.centre(model.centre);
  return inputs;
}

// The terms of one row of coefficients; a coefficient of 0 is none.
std::string terms_of(const model::Model& model, std::int64_t row,
                     const std::vector<std::string>& features,
                     const std::vector<std::vector<std::uint32_t>>& monomials) {
  const model::CentredForms forms = model::centred_forms(model);
  std::string terms;
  for (std::int64_t j = 0; j < model.features; ++j) {
    const double value = forms.coefficients[static_cast<std::size_t>(row * model.features + j)];
    if (value == 0.0) continue;
    const auto place = static_cast<std::size_t>(j);
    if (monomials.empty() || monomials[place].size() == 1) {
      terms += element("NumericPredictor",
                       {{"name", features[place]}, {"coefficient", number_text(value)}});
      continue;
    }
    std::string factors;
    for (const auto factor : monomials[place]) {
      factors += element("FieldRef", {{"field", features[factor]}});
    }
    terms += element("PredictorTerm", {{"coefficient", number_text(value)}}, factors);
  }
  return terms;
}

Attributes with_category(const std::optional<std::string>& category, Attributes attributes) {
  if (category) attributes.emplace_back("targetCategory", *category);
  return attributes;
}

std::string table_of(const std::optional<std::string>& category, double intercept,
                     const std::string& terms) {
  return element("RegressionTable",
                 with_category(category, {{"intercept", number_text(intercept)}}), terms);
}

std::string mining_schema(const std::string& target, const std::vector<std::string>& fields) {
  std::string content;
  if (!target.empty())
    content += element("MiningField", {{"name", target}, {"usageType", "target"}});
  for (const auto& field : fields) {
    content += element("MiningField", {{"name", field}});
  }
  return element("MiningSchema", {}, content);
}

const char* label_type(const data::ClassSet& classes) {
  switch (classes.kind) {
    case data::LabelKind::text:
      return "string";
    case data::LabelKind::boolean:
      return "boolean";
    case data::LabelKind::floating:
      return "double";
    case data::LabelKind::integer:
      break;
  }
  return "integer";
}

std::string output_of(const data::ClassSet& classes, UniqueNames& names) {
  std::string fields = element("OutputField", {{"name", claimed_field(names, "predicted")},
                                               {"optype", "categorical"},
                                               {"dataType", label_type(classes)},
                                               {"feature", "predictedValue"}});
  for (std::size_t k = 0; k < classes.size(); ++k) {
    fields += element("OutputField",
                      {{"name", claimed_field(names, "probability(" + classes.name(k) + ")")},
                       {"optype", "continuous"},
                       {"dataType", "double"},
                       {"feature", "probability"},
                       {"value", classes.name(k)}});
  }
  return element("Output", {}, fields);
}

struct Parts {
  const model::Model& model;
  std::span<const double> intercepts;
  std::string target;
  Inputs inputs;
  std::vector<std::vector<std::uint32_t>> monomials;

  std::string terms(std::int64_t row) const {
    return terms_of(model, row, inputs.features, monomials);
  }
};

// Logit has two tables, the second of the class that stands at 0.
std::string regression(Parts& parts) {
  const model::Model& model = parts.model;
  const bool two = model.classes.size() == 2;
  std::string tables;
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    tables += table_of(model.classes.name(model.row_class(r)),
                       parts.intercepts[static_cast<std::size_t>(r)], parts.terms(r));
  }
  if (has_zero_class(model)) tables += table_of(model.classes.name(0), 0.0, "");
  const std::string output = output_of(model.classes, parts.inputs.names);
  return element(
      "RegressionModel",
      {{"functionName", "classification"}, {"normalizationMethod", two ? "logit" : "softmax"}},
      mining_schema(parts.target, parts.inputs.fields) + output + tables);
}

// Of one-vs-rest: a regression of each class, then their shares of the sum.
std::string chain(Parts& parts) {
  const model::Model& model = parts.model;
  std::string segments;
  std::string shares;
  std::vector<std::string> scores;
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    const std::string name = model.classes.name(model.row_class(r));
    scores.push_back(claimed_field(parts.inputs.names, "score(" + name + ")"));
    const std::string output = element("Output", {},
                                       element("OutputField", {{"name", scores.back()},
                                                               {"optype", "continuous"},
                                                               {"dataType", "double"},
                                                               {"feature", "predictedValue"}}));
    segments += element(
        "Segment", {{"id", std::to_string(r + 1)}},
        "<True/>\n" +
            element("RegressionModel",
                    {{"functionName", "regression"}, {"normalizationMethod", "logit"}},
                    mining_schema("", parts.inputs.fields) + output +
                        table_of(std::nullopt, parts.intercepts[static_cast<std::size_t>(r)],
                                 parts.terms(r))));
    shares += table_of(
        name, 0.0, element("NumericPredictor", {{"name", scores.back()}, {"coefficient", "1.0"}}));
  }
  const std::string output = output_of(model.classes, parts.inputs.names);
  segments += element("Segment", {{"id", std::to_string(model.rows() + 1)}},
                      "<True/>\n" + element("RegressionModel",
                                            {{"functionName", "classification"},
                                             {"normalizationMethod", "simplemax"}},
                                            mining_schema(parts.target, scores) + output + shares));
  return element("MiningModel", {{"functionName", "classification"}},
                 mining_schema(parts.target, parts.inputs.fields) +
                     element("Segmentation", {{"multipleModelMethod", "modelChain"}}, segments));
}

std::string header(const std::string& program) {
  const std::size_t space = std::min(program.find(' '), program.size());
  Attributes attributes = {{"name", program.substr(0, space)}};
  if (space < program.size()) attributes.emplace_back("version", program.substr(space + 1));
  return element("Header", {}, element("Application", attributes));
}

std::string target_field(const std::string& name, const data::ClassSet& classes) {
  std::string values;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    values += element("Value", {{"value", classes.name(k)}});
  }
  return element("DataField",
                 {{"name", name}, {"optype", "categorical"}, {"dataType", label_type(classes)}},
                 values);
}

std::string to_pmml(const model::Model& model, const ExportOptions& options,
                    const std::string& where) {
  const auto schema = schema_of(model, where);
  if (schema) refuse_hashed(*schema, "PMML", where);
  UniqueNames names;
  const std::string target =
      claimed_field(names, schema && !schema->label.empty() ? schema->label : "label");
  Parts parts = {model,
                 model::centred_forms(model).intercept,
                 target,
                 inputs_of(model, schema, std::move(names)),
                 {}};
  if (!model.expansion.identity()) parts.monomials = kernels::monomials(model.expansion);
  const bool one_vs_rest = model.objective == model::kOneVsRest;
  const std::string body = one_vs_rest ? chain(parts) : regression(parts);
  const std::string transformations =
      parts.inputs.transformations.empty()
          ? ""
          : element("TransformationDictionary", {}, parts.inputs.transformations);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
         element("PMML", {{"xmlns", "http://www.dmg.org/PMML-4_4"}, {"version", "4.4"}},
                 header(options.program) +
                     element("DataDictionary", {},
                             target_field(target, model.classes) + parts.inputs.dictionary) +
                     transformations + body);
}

bool is_our_pmml(std::string_view beginning) {
  return beginning.starts_with("<?xml") &&
         beginning.find("<Application name=\"mpilogit\"") != beginning.npos;
}

}  // namespace

Form pmml_form() {
  return {"pmml", to_pmml, in_xml, is_our_pmml};
}

}  // namespace mpilogit::exporting
