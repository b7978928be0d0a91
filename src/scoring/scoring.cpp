#include "scoring/scoring.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "kernels/centred_rows.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/polynomial.hpp"
#include "model/centre.hpp"
#include "objective/design.hpp"

namespace mpilogit::scoring {

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

namespace {

// Where class `index` of the data stands in the model, or throws.
std::uint32_t class_in_model(const data::ClassSet& data, std::size_t index,
                             const data::ClassSet& model, const std::string& where) {
  const bool text = data.kind == data::LabelKind::text;
  if (text == (model.kind == data::LabelKind::text)) {
    for (std::size_t k = 0; k < model.size(); ++k) {
      const bool same =
          text ? data.texts[index] == model.texts[k] : data.numbers[index] == model.numbers[k];
      if (same) return static_cast<std::uint32_t>(k);
    }
  }
  throw core::agreed_bad_input(
      {.what = "label '" + data.name(index) + "' is none of the model's",
       .where = where,
       .why = "the model knows '" + model.name(0) + "' " + (model.size() == 2 ? "and '" : "to '") +
              model.name(model.size() - 1) + "'" + (text ? " (the data has text)" : ""),
       .remedy = "Give the labels as in the training data"});
}

}  // namespace

std::vector<std::uint32_t> labels_in_model(const data::Dataset& dataset,
                                           const data::ClassSet& classes,
                                           const data::Source& source) {
  if (source.trials) return {};
  const std::string where = source.files.front() + ":/" + source.labels.value_or("y");
  std::vector<std::uint32_t> translation;
  for (std::size_t k = 0; k < dataset.classes().size(); ++k) {
    translation.push_back(class_in_model(dataset.classes(), k, classes, where));
  }
  std::vector<std::uint32_t> labels;
  labels.reserve(dataset.labels().size());
  dataset.labels().visit([&](auto own) {
    for (const auto label : own) labels.push_back(translation[label]);
  });
  return labels;
}

void require_two_classes(const data::Source& source, const model::Model& model,
                         const std::string& model_path) {
  if (!source.trials || model.classes.size() == 2) return;
  throw core::agreed_bad_input({.what = fmt::format("has {} classes", model.classes.size()),
                                .where = model_path,
                                .why = "data with trials has two, successes and failures",
                                .remedy = "Give a model of two classes"});
}

}  // namespace mpilogit::scoring
