#pragma once
// A model in each form, and what the forms share.

#include <string>

#include "exporting/export.hpp"

namespace mpilogit::exporting {

/// The first line of the form CSV.
std::string csv_header();

std::string to_json(const model::Model& model);
std::string to_csv(const model::Model& model, const std::string& where);
std::string to_onnx(const model::Model& model, const ExportOptions& options,
                    const std::string& where);
std::string to_pmml(const model::Model& model, const ExportOptions& options,
                    const std::string& where);
std::string to_c(const model::Model& model, const ExportOptions& options, const std::string& where);
std::string to_python(const model::Model& model, const ExportOptions& options,
                      const std::string& where);

/// All links are one: with a margin per class, where class 0 may stand at 0 and have no row,
///     P(y = classes[k]) = e^(s_k) / Σ_l e^(s_l),   s = margins; of one-vs-rest s = log σ(margins)
/// with margins at the model's centre, where there is one: x_j − c_j first.
/// and the label is the first class of the largest margin. Of two classes that is σ(z).
inline bool has_zero_class(const model::Model& model) {
  return static_cast<std::size_t>(model.rows()) < model.classes.size();
}

}  // namespace mpilogit::exporting
