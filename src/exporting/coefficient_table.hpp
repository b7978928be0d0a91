#pragma once
// Coefficients from elsewhere as a model: scikit-learn's, glmnet's, or of our own exports.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/model.hpp"

namespace mpilogit::exporting {

/// What a table may not say itself.
struct TableOptions {
  /// Of a table with a column for each of several penalties: which one, counted from 0.
  std::optional<std::int64_t> step;
  /// The two classes; the coefficients speak for the second. Of a table with a column for each
  /// class: their names, which then are no statistics' whatever they are.
  std::vector<std::string> classes;
};

struct ImportedModel {
  model::Model model;
  std::vector<std::string> notes;  ///< what was taken for granted, a line each
};

/// A model from the text of a JSON or a CSV file; docs/export.md says what they look like. A pure
/// function: the same text gives the same model or the same error. Throws bad input, naming
/// `where`, if the text is no table of coefficients or an option has no effect on it.
ImportedModel model_from_table(const std::string& text, const TableOptions& options,
                               const std::string& where);

}  // namespace mpilogit::exporting
