// A model for people to read, and for what reads YAML (1.1 and 1.2 alike).

#include <string>

#include <fmt/format.h>

#include "exporting/forms/forms.hpp"
#include "exporting/forms/texts.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

// As JSON has it, but for what readers of YAML refuse or take for the end of a line: DEL, U+0080 to
// U+009F, U+2028, U+2029, U+FFFE and U+FFFF.
std::string yaml_text(std::string_view text) {
  std::string result;
  const std::string json = json_text(text);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(json[i + k]); };
    if (byte(0) == 0x7F) {
      result += "\\u007f";
    } else if (byte(0) == 0xC2 && byte(1) < 0xA0) {
      result += fmt::format("\\u{:04x}", byte(1));
      ++i;
    } else if ((byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) ||
               (byte(0) == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE)) {
      const unsigned code = (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
      result += fmt::format("\\u{:04x}", code);
      i += 2;
    } else {
      result += json[i];
    }
  }
  return result;
}

// With a point before an exponent: else YAML 1.1 takes it for text.
std::string yaml_number(double value) {
  std::string text = number_text(value);
  const std::size_t exponent = text.find('e');
  if (exponent != std::string::npos && text.find('.') == std::string::npos) {
    text.insert(exponent, ".0");
  }
  return text;
}

// "[a, b]".
template <class Items, class Text>
std::string yaml_list(const Items& items, Text&& text) {
  std::string list;
  for (const auto& item : items) list += (list.empty() ? "" : ", ") + text(item);
  return "[" + list + "]";
}

// A label of its kind, as JSON has it.
std::string yaml_label(const data::ClassSet& classes, std::size_t k) {
  return classes.kind == data::LabelKind::text ? yaml_text(classes.name(k)) : classes.name(k);
}

// The class that stands at 0, if one does.
std::string reference_in_yaml(const model::Model& model) {
  return has_zero_class(model) ? yaml_label(model.classes, 0) : "null";
}

// The data's features, the products of which features of the model are, and what is taken from
// them.
std::string features_in_yaml(const model::Model& model) {
  std::string text = fmt::format("data_features: {}\n", model.data_features());
  if (!model.expansion.identity()) {
    text += fmt::format("degree: {}\ninteractions_only: {}\n", model.expansion.degree,
                        model.expansion.interactions_only);
  }
  if (!model.centre.empty()) {
    text += fmt::format("centre: {}  # of each data feature, subtracted first\n",
                        yaml_list(model.centre, yaml_number));
  }
  return text;
}

// One row of coefficients: a class's, or of two classes class 1's.
std::string row_in_yaml(const model::Model& model, std::int64_t row) {
  const model::CentredForms forms = model::centred_forms(model);
  const bool centred = !model.centre.empty();
  const auto r = static_cast<std::size_t>(row);
  std::string text = fmt::format("- class: {}\n  reference: {}\n  intercept: {}\n",
                                 yaml_label(model.classes, model.row_class(row)),
                                 reference_in_yaml(model), yaml_number(model.intercept[r]));
  if (centred) text += fmt::format("  intercept_at_centre: {}\n", yaml_number(forms.intercept[r]));
  text += "  coefficients:\n";
  for (std::int64_t j = 0; j < model.features; ++j) {
    const auto at = static_cast<std::size_t>(row * model.features + j);
    text += fmt::format("  - {{feature: {}, coefficient: {}", yaml_text(model.feature_name(j)),
                        yaml_number(model.coefficients[at]));
    if (centred) text += ", coefficient_at_centre: " + yaml_number(forms.coefficients[at]);
    text += "}\n";
  }
  return text;
}

std::string to_yaml(const model::Model& model, const ExportOptions& options,
                    const std::string& /*where*/) {
  std::string text =
      fmt::format("# A model of logistic regression, written by {}\n", options.program);
  text += fmt::format("format: mpilogit model\nname: {}\nobjective: {}\n", yaml_text(options.name),
                      model.objective);
  text += "classes: [";
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    text += (k == 0 ? "" : ", ") + yaml_label(model.classes, k);
  }
  text += "]\n" + features_in_yaml(model);
  text += fmt::format(
      "penalty: {{l2: {}, l1: {}, standardized: {}, firth: {}}}\nsolver: {}\n"
      "coefficients_sha256: {}\nrows:\n",
      yaml_number(model.l2), yaml_number(model.l1), model.standardized, model.firth, model.solver,
      yaml_text(model::coefficients_sha256(model)));
  for (std::int64_t row = 0; row < model.rows(); ++row) text += row_in_yaml(model, row);
  return text;
}

bool is_our_yaml(std::string_view beginning) {
  return is_text_of_ours(beginning, "# A ");
}

}  // namespace

Form yaml_form() {
  return {"yaml", to_yaml, utf8, is_our_yaml};
}

}  // namespace mpilogit::exporting
