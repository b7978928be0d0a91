#include "mpilogit/workflow/evaluate.hpp"

#include <vector>

#include <fmt/format.h>

#include "mpilogit/core/error.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/model/distribute.hpp"

#include "scoring.hpp"

namespace mpilogit::workflow {

namespace {

// Where class `index` of the data stands in the model, or throws.
std::uint8_t class_in_model(const data::ClassSet& data, std::size_t index,
                            const data::ClassSet& model, const std::string& where) {
  const bool text = data.kind == data::LabelKind::text;
  if (text == (model.kind == data::LabelKind::text)) {
    for (std::size_t k = 0; k < model.size(); ++k) {
      const bool same =
          text ? data.texts[index] == model.texts[k] : data.numbers[index] == model.numbers[k];
      if (same) return static_cast<std::uint8_t>(k);
    }
  }
  throw core::bad_input({.what = "label '" + data.name(index) + "' is none of the model's",
                         .where = where,
                         .why = "the model knows '" + model.name(0) + "' and '" + model.name(1) +
                                "'" + (text ? " (the data has text)" : ""),
                         .remedy = "Give the labels as in the training data"})
      .as_agreed();
}

std::vector<std::uint8_t> labels_in_model(const data::Dataset& dataset,
                                          const data::ClassSet& classes,
                                          const data::Source& source) {
  const std::string where = source.files.front() + ":/" + source.labels.value_or("y");
  std::vector<std::uint8_t> translation;
  for (std::size_t k = 0; k < dataset.classes().size(); ++k) {
    translation.push_back(class_in_model(dataset.classes(), k, classes, where));
  }
  std::vector<std::uint8_t> labels;
  labels.reserve(dataset.labels().size());
  for (const auto label : dataset.labels()) labels.push_back(translation[label]);
  return labels;
}

}  // namespace

EvaluateReport evaluate(const EvaluateOptions& options, const comm::Communicator& communicator) {
  const core::Stopwatch total;
  const model::Model model = model::read_model(options.model_path, communicator);
  const data::Dataset dataset = data::read_dataset(options.source, communicator);
  require_features(model, options.model_path, options.source, dataset.shape());
  const std::vector<std::uint8_t> labels = labels_in_model(dataset, model.classes, options.source);
  const std::vector<double> scores = margins(model, dataset, options.threads);

  EvaluateReport report;
  report.shape = dataset.shape();
  report.classes = model.classes;
  report.metrics = statistics::evaluate({scores, labels, dataset.weights()}, communicator);
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
