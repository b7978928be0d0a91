#include "scoring/detail/model_labels.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::scoring {

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
  throw core::bad_input(
      {.what = "label '" + data.name(index) + "' is none of the model's",
       .where = where,
       .why = "the model knows '" + model.name(0) + "' " + (model.size() == 2 ? "and '" : "to '") +
              model.name(model.size() - 1) + "'" + (text ? " (the data has text)" : ""),
       .remedy = "Give the labels as in the training data"})
      .as_agreed();
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
  throw core::bad_input({.what = fmt::format("has {} classes", model.classes.size()),
                         .where = model_path,
                         .why = "data with trials has two, successes and failures",
                         .remedy = "Give a model of two classes"})
      .as_agreed();
}

}  // namespace mpilogit::scoring
