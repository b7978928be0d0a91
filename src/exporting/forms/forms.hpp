#pragma once
// The forms of an export: a row of the table here, and a source of its own for each.

#include <array>
#include <string>
#include <string_view>

#include "exporting/export.hpp"

namespace mpilogit::exporting {

/// What there is to know of a form.
struct Form {
  std::string_view name;
  std::string (*write)(const model::Model& model, const ExportOptions& options,
                       const std::string& where);
  /// What is left of a label there: some forms hold characters, not bytes.
  std::string (*label)(std::string_view name);
  /// Whether this is how such a file of ours begins, whatever version wrote it.
  bool (*is_ours)(std::string_view beginning);
};

Form json_form();
Form csv_form();
Form onnx_form();
Form pmml_form();
Form c_form();
Form python_form();
Form yaml_form();

inline constexpr std::array kForms = {json_form, csv_form,    onnx_form, pmml_form,
                                      c_form,    python_form, yaml_form};

/// All bytes of a label are there.
std::string same_label(std::string_view name);

/// Whether the first line begins so and says that this program wrote it, as forms of text have it.
bool is_text_of_ours(std::string_view beginning, std::string_view opening);

/// All links are one: with a margin per class, where class 0 may stand at 0 and have no row,
///     P(y = classes[k]) = e^(s_k) / Σ_l e^(s_l),   s = margins; of one-vs-rest s = log σ(margins)
/// with margins at the model's centre, where there is one: x_j − c_j first.
/// and the label is the first class of the largest margin. Of two classes that is σ(z).
inline bool has_zero_class(const model::Model& model) {
  return static_cast<std::size_t>(model.rows()) < model.classes.size();
}

}  // namespace mpilogit::exporting
