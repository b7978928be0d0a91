// A table of the coefficients, one a line, for R's read.csv and pandas.

#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "exporting/forms/forms.hpp"
#include "exporting/forms/texts.hpp"
#include "exporting/table/table_words.hpp"
#include "inference/summarize.hpp"
#include "model/centre.hpp"

namespace mpilogit::exporting {

namespace {

// Always with quotes, so that a name like 007 stays one.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

// What the class of a row is compared with.
std::string reference_of(const model::Model& model) {
  if (has_zero_class(model)) return model.classes.name(0);
  return model.objective == model::kOneVsRest ? kOthers : "";
}

// Read back, the first class would be none.
void require_reference_is_one(const model::Model& model, const std::string& where) {
  if (!has_zero_class(model)) return;
  const std::string name = model.classes.name(0);
  if (!name.empty() && name != kOthers) return;
  throw core::bad_input({.what = fmt::format("the first class is called '{}'", name),
                         .where = where,
                         .why = "as a reference in CSV that means another thing",
                         .remedy = "Export it as json, or train with other labels"});
}

std::string figures_text(const inference::CoefficientFigures* figures) {
  if (figures == nullptr || !figures->estimated()) return ",,,,";
  return fmt::format("{},{},{},{},{}", number_text(figures->standard_error),
                     number_text(figures->z), number_text(std::exp(figures->log_p)),
                     number_text(figures->lower), number_text(figures->upper));
}

// At the end of a line, where some column is far from zero: what is taken from the feature, and its
// coefficient then. Of a product no single number is taken.
std::string centre_text(const model::Model& model, std::int64_t row, std::int64_t feature) {
  if (model.centre.empty()) return "";
  const model::CentredForms forms = model::centred_forms(model);
  const auto r = static_cast<std::size_t>(row);
  if (feature < 0) return ",," + number_text(forms.intercept[r]);
  const auto j = static_cast<std::size_t>(feature);
  return "," + (j < forms.centre.size() ? number_text(forms.centre[j]) : "") + "," +
         number_text(forms.coefficients[r * static_cast<std::size_t>(model.features) + j]);
}

std::string csv_header() {
  return fmt::format("{},{},{},{},standard_error,z,p,lower,upper", kClass, kReference, kFeature,
                     kCoefficient);
}

std::string to_csv(const model::Model& model, const ExportOptions& /*options*/,
                   const std::string& where) {
  require_reference_is_one(model, where);
  std::optional<inference::Summary> summary;
  if (model.inference) summary = inference::summary_of(model);
  std::string table =
      csv_header() + (model.centre.empty() ? "\n" : ",centre,coefficient_at_centre\n");
  std::size_t line = 0;
  for (std::int64_t r = 0; r < model.rows(); ++r) {
    const std::string row =
        quoted(model.classes.name(model.row_class(r))) + "," + quoted(reference_of(model)) + ",";
    for (std::int64_t j = -1; j < model.features; ++j) {
      const double value =
          j < 0 ? model.intercept[static_cast<std::size_t>(r)]
                : model.coefficients[static_cast<std::size_t>(r * model.features + j)];
      table += row + quoted(j < 0 ? kIntercept : model.feature_name(j)) + "," + number_text(value) +
               "," + figures_text(summary ? &summary->coefficients[line] : nullptr) +
               centre_text(model, r, j) + "\n";
      ++line;
    }
  }
  return table;
}

bool is_our_csv(std::string_view beginning) {
  return beginning.starts_with(csv_header());
}

}  // namespace

Form csv_form() {
  return {"csv", to_csv, same_label, is_our_csv};
}

}  // namespace mpilogit::exporting
