#include "mpilogit/workflow/evaluate.hpp"

#include <vector>

#include <fmt/format.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/model/distribute.hpp"

#include "curves_file.hpp"
#include "scoring.hpp"

namespace mpilogit::workflow {

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

// Empty for aggregated data, whose successes are class 1 of whatever the model calls it.
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

void require_two_classes(const EvaluateOptions& options, const model::Model& model) {
  if (model.classes.size() == 2) return;
  const auto refuse = [&](const char* why, const char* remedy) {
    throw core::bad_input({.what = fmt::format("has {} classes", model.classes.size()),
                           .where = options.model_path,
                           .why = why,
                           .remedy = remedy})
        .as_agreed();
  };
  if (options.source.trials) {
    refuse("data with trials has two, successes and failures", "Give a model of two classes");
  }
  if (options.cost) refuse("a threshold is between two", "Leave --cost away");
}

void require_writable(const EvaluateOptions& options, const comm::Communicator& communicator) {
  if (!options.curves_path) return;
  comm::on_root(communicator, [&] {
    core::require_writable(*options.curves_path);
    return std::string();
  });
}

}  // namespace

EvaluateReport evaluate(const EvaluateOptions& options, const comm::Communicator& communicator) {
  const core::Stopwatch total;
  require_writable(options, communicator);
  const model::Model model =
      model::read_model_or_step(options.model_path, options.step, communicator);
  require_two_classes(options, model);
  data::Source source = options.source;
  source.group_names = source.groups.has_value();
  const data::Dataset dataset = data::read_dataset(source, communicator, options.threads);
  require_features(model, options.model_path, options.source, dataset.shape());
  const std::vector<std::uint32_t> labels = labels_in_model(dataset, model.classes, options.source);
  const std::vector<double> scores = margins(model, dataset, options.threads);
  const statistics::ScoredRows rows{.shape = score_shape(model),
                                    .margins = scores,
                                    .labels = labels,
                                    .weights = dataset.weights(),
                                    .successes = dataset.successes(),
                                    .trials = dataset.trials()};

  EvaluateReport report;
  report.shape = dataset.shape();
  report.classes = model.classes;
  report.metrics = statistics::assess(
      rows, {.bins = options.bins, .cost = options.cost, .curves = options.curves_path.has_value()},
      communicator);
  report.groups = dataset.group_names();
  if (source.groups) {
    report.by_group =
        statistics::metrics_by_group(rows, dataset.groups(), report.groups.size(), communicator);
  }
  if (options.curves_path) write_curves(*options.curves_path, model, report.metrics, communicator);
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
