#include "problem/same_columns.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::problem {

void require_same_columns(const model::Model& model, const std::string& model_path,
                          const data::Source& source, const data::Shape& shape) {
  const data::ColumnNumbers& own = model.column_numbers;
  const data::ColumnNumbers& numbers = shape.column_numbers;
  if (!own.contradicts(numbers)) return;
  throw core::agreed_bad_input(
      {.what =
           fmt::format("columns were numbered from {} in the text of these rows{}", numbers.base,
                       numbers.certain ? "" : ", a guess since no column 0 occurs"),
       .where = source.files.front() + ":/" + source.features,
       .why = fmt::format("those of the model {} are numbered from {}{}, and each would be taken "
                          "for another",
                          model_path, own.base, own.certain ? "" : " (a guess)"),
       .remedy = fmt::format("Import the text again: `import libsvm … --like {}`, or with --base",
                             model_path)});
}

void require_features(const model::Model& model, const std::string& model_path,
                      const data::Source& source, const data::Shape& shape) {
  const std::string where = source.files.front() + ":/" + source.features;
  require_same_columns(model, model_path, source, shape);
  if (shape.features != model.data_features()) {
    throw core::agreed_bad_input(
        {.what = fmt::format("the data has {} features", shape.features),
         .where = where,
         .why = fmt::format("the model {} was trained on {}", model_path, model.data_features()),
         .remedy = shape.column_numbers.known()
                       ? fmt::format("Import the text again: `import libsvm … --like {}`, which "
                                     "takes the number of columns from there",
                                     model_path)
                       : "Give data with the features of the training data"});
  }
  if (source.offsets && model.classes.size() > 2) {
    throw core::agreed_bad_input(
        {.what = fmt::format("offsets are given for a model of {} classes", model.classes.size()),
         .where = model_path,
         .why = "one number per row can shift only the margin between two",
         .remedy = "Leave the offsets away"});
  }
  if (model.data_feature_names.empty() || shape.feature_names.empty()) return;
  for (std::size_t j = 0; j < model.data_feature_names.size(); ++j) {
    if (model.data_feature_names[j] == shape.feature_names[j]) continue;
    throw core::agreed_bad_input(
        {.what = fmt::format("column {} is '{}'", j, shape.feature_names[j]),
         .where = where,
         .why = fmt::format("in the model {} it is '{}'", model_path, model.data_feature_names[j]),
         .remedy = "Give the columns in the order of the training data"});
  }
}

}  // namespace mpilogit::problem
