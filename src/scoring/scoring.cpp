#include "scoring/scoring.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "kernels/centred_rows.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/polynomial.hpp"
#include "model/centre.hpp"
#include "objective/for_each_block.hpp"

namespace mpilogit::workflow {

void require_same_columns(const model::Model& model, const std::string& model_path,
                          const data::Source& source, const data::Shape& shape) {
  const data::ColumnNumbers& own = model.column_numbers;
  const data::ColumnNumbers& numbers = shape.column_numbers;
  if (!own.contradicts(numbers)) return;
  throw core::bad_input(
      {.what =
           fmt::format("columns were numbered from {} in the text of these rows{}", numbers.base,
                       numbers.certain ? "" : ", a guess since no column 0 occurs"),
       .where = source.files.front() + ":/" + source.features,
       .why = fmt::format("those of the model {} are numbered from {}{}, and each would be taken "
                          "for another",
                          model_path, own.base, own.certain ? "" : " (a guess)"),
       .remedy = fmt::format("Import the text again: `import libsvm … --like {}`, or with --base",
                             model_path)})
      .as_agreed();
}

void require_features(const model::Model& model, const std::string& model_path,
                      const data::Source& source, const data::Shape& shape) {
  const std::string where = source.files.front() + ":/" + source.features;
  require_same_columns(model, model_path, source, shape);
  if (shape.features != model.data_features()) {
    throw core::bad_input(
        {.what = fmt::format("the data has {} features", shape.features),
         .where = where,
         .why = fmt::format("the model {} was trained on {}", model_path, model.data_features()),
         .remedy = shape.column_numbers.known()
                       ? fmt::format("Import the text again: `import libsvm … --like {}`, which "
                                     "takes the number of columns from there",
                                     model_path)
                       : "Give data with the features of the training data"})
        .as_agreed();
  }
  if (source.offsets && model.classes.size() > 2) {
    throw core::bad_input(
        {.what = fmt::format("offsets are given for a model of {} classes", model.classes.size()),
         .where = model_path,
         .why = "one number per row can shift only the margin between two",
         .remedy = "Leave the offsets away"})
        .as_agreed();
  }
  if (model.data_feature_names.empty() || shape.feature_names.empty()) return;
  for (std::size_t j = 0; j < model.data_feature_names.size(); ++j) {
    if (model.data_feature_names[j] == shape.feature_names[j]) continue;
    throw core::bad_input(
        {.what = fmt::format("column {} is '{}'", j, shape.feature_names[j]),
         .where = where,
         .why = fmt::format("in the model {} it is '{}'", model_path, model.data_feature_names[j]),
         .remedy = "Give the columns in the order of the training data"})
        .as_agreed();
  }
}

namespace {

// As the kernels want them: the values of all rows for one feature side by side.
std::vector<double> feature_major(std::span<const double> coefficients, std::size_t rows) {
  if (rows == 1) return {coefficients.begin(), coefficients.end()};
  const std::size_t features = coefficients.size() / rows;
  std::vector<double> transposed(rows * features);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t j = 0; j < features; ++j) {
      transposed[j * rows + r] = coefficients[r * features + j];
    }
  }
  return transposed;
}

std::vector<double> start_margins(std::span<const double> intercepts,
                                  const data::Dataset& dataset) {
  const auto rows = static_cast<std::size_t>(dataset.local_rows().size());
  const auto offsets = dataset.offsets();
  std::vector<double> margins;
  margins.reserve(rows * intercepts.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (const double intercept : intercepts) {
      margins.push_back(offsets.empty() ? intercept : offsets[i] + intercept);
    }
  }
  return margins;
}

// Rows as they are go to the kernels at once. Those that are centred or expanded are made a few at
// a time: as many as fit a cache, but no more than 256.
class RowMargins {
 public:
  RowMargins(const model::Model& model, std::span<const double> coefficients)
      : columns_(model.intercept.size()), coefficients_(coefficients) {
    constexpr std::size_t kMostValues = std::size_t{1} << 17;
    constexpr std::size_t kMostRows = 256;
    const auto features = static_cast<std::size_t>(model.features);
    tile_ = std::clamp<std::size_t>(kMostValues / features, 1, kMostRows);
    if (!model.centre.empty()) centred_.emplace(model.centre);
    if (!model.expansion.identity()) expanded_.emplace(model.expansion);
  }

  void add(const kernels::AnyRows& rows, std::span<double> margins) {
    if (!centred_ && !expanded_) {
      return kernels::add_margins(rows, coefficients_, columns_, margins);
    }
    const std::size_t count = kernels::row_count(rows);
    for (std::size_t first = 0; first < count; first += tile_) {
      const std::size_t size = std::min(tile_, count - first);
      kernels::add_margins(made(rows, first, size), coefficients_, columns_,
                           margins.subspan(first * columns_, size * columns_));
    }
  }

 private:
  kernels::AnyRows made(const kernels::AnyRows& rows, std::size_t first, std::size_t count) {
    if (!centred_) return expanded_->expand(rows, first, count);
    const kernels::AnyRows centred = centred_->centred(rows, first, count);
    return expanded_ ? expanded_->expand(centred, 0, count) : centred;
  }

  std::optional<kernels::CentredRows> centred_;
  std::optional<kernels::PolynomialBuffer> expanded_;
  std::size_t columns_;
  std::span<const double> coefficients_;
  std::size_t tile_;
};

}  // namespace

statistics::ScoreShape score_shape(const model::Model& model) {
  statistics::ScoreShape shape;
  shape.columns = model.intercept.size();
  shape.reference_class = model.reference_class();
  if (model.objective == model::kSoftmax) shape.link = statistics::Link::softmax;
  if (model.objective == model::kOneVsRest) shape.link = statistics::Link::one_vs_rest;
  return shape;
}

std::vector<double> margins(const model::Model& model, const data::Dataset& dataset, int threads) {
  const model::CentredForms forms = model::centred_forms(model);
  const std::size_t columns = forms.intercept.size();
  const std::vector<double> coefficients = feature_major(forms.coefficients, columns);
  std::vector<RowMargins> of_threads;
  of_threads.reserve(static_cast<std::size_t>(threads));
  for (int thread = 0; thread < threads; ++thread) of_threads.emplace_back(model, coefficients);
  std::vector<double> margins = start_margins(forms.intercept, dataset);
  const auto blocks = objective::local_blocks(dataset);
  objective::for_each_block(
      dataset, blocks, threads, [&](const objective::LocalBlock& block, int thread) {
        const auto of_block =
            std::span<double>(margins).subspan(block.first * columns, block.rows * columns);
        of_threads[static_cast<std::size_t>(thread)].add(*block.features, of_block);
      });
  return margins;
}

std::vector<double> margins(const model::Model& model, const kernels::AnyRows& rows) {
  const model::CentredForms forms = model::centred_forms(model);
  const std::vector<double> coefficients =
      feature_major(forms.coefficients, forms.intercept.size());
  std::vector<double> margins;
  for (std::size_t i = 0; i < kernels::row_count(rows); ++i) {
    margins.insert(margins.end(), forms.intercept.begin(), forms.intercept.end());
  }
  RowMargins(model, coefficients).add(rows, margins);
  return margins;
}

}  // namespace mpilogit::workflow
