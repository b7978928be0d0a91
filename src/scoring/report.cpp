#include "scoring/report.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "model/distribute.hpp"
#include "model/path_file.hpp"
#include "objective/design.hpp"
#include "objective/moments.hpp"
#include "problem/same_columns.hpp"
#include "problem/training_set.hpp"
#include "scoring/detail/plane.hpp"
#include "scoring/scoring.hpp"

namespace mpilogit::scoring {

namespace {

// A row of trials counts as so many.
std::vector<double> row_weights(const data::Dataset& dataset) {
  std::vector<double> weights(dataset.weights().begin(), dataset.weights().end());
  if (dataset.trials().empty()) return weights;
  if (weights.empty()) weights.assign(dataset.trials().size(), 1.0);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] *= dataset.trials()[i];
  return weights;
}

// Of the model's features; the first of them are the data's own.
objective::Moments moments_of(const model::Model& model, const data::Dataset& dataset, int threads,
                              const comm::Communicator& communicator) {
  const std::vector<double> weights = row_weights(dataset);
  const objective::Design design(dataset, model.expansion);
  const objective::SharedRows rows(design, weights, communicator, threads);
  return objective::column_moments(rows, weights);
}

void read_models(const ReportOptions& options, const comm::Communicator& communicator,
                 ReportData& report) {
  const std::string is_path = comm::on_root(
      communicator, [&] { return std::string(model::is_path(options.model_path) ? "yes" : "no"); });
  if (is_path == "yes") report.path = model::read_path(options.model_path, communicator);
  if (is_path == "no" || options.step) {
    report.model = model::read_model_or_step(options.model_path, options.step, communicator);
  }
  report.record =
      running::summarise_record(report.path ? report.path->model.record : report.model->record);
}

ReportEvaluation evaluate(const ReportOptions& options, const model::Model& model,
                          const comm::Communicator& communicator) {
  data::Source source = *options.data;
  require_two_classes(source, model, options.model_path);
  source.memory = problem::needs_of_metrics(source.memory, model.intercept.size());
  comm::Phase phase(communicator, "reading the data");
  const data::Dataset dataset = data::read_dataset(source, communicator, options.threads);
  problem::require_features(model, options.model_path, source, dataset.shape());
  phase.turn_to("evaluating");
  const std::vector<std::uint32_t> labels = labels_in_model(dataset, model.classes, source);
  const std::vector<double> scores = margins(model, dataset, options.threads);

  ReportEvaluation report;
  report.files = source.files;
  report.shape = dataset.shape();
  report.weighted = source.weights.has_value();
  report.aggregated = source.trials.has_value();
  const statistics::ScoredRows rows{.shape = score_shape(model),
                                    .margins = scores,
                                    .labels = labels,
                                    .weights = dataset.weights(),
                                    .successes = dataset.successes(),
                                    .trials = dataset.trials()};
  report.metrics = statistics::assess(rows, {.curves = true}, communicator);
  const objective::Moments moments = moments_of(model, dataset, options.threads, communicator);
  for (const double variance : moments.variance) report.deviations.push_back(std::sqrt(variance));
  const auto pair = options.plane ? parse_plane(*options.plane, model, dataset.shape())
                                  : strongest_pair(model, dataset.shape(), report.deviations);
  if (pair) {
    const auto means = std::span<const double>(moments.mean)
                           .first(static_cast<std::size_t>(dataset.shape().features));
    report.plane = make_plane(model, dataset, labels, means, *pair, options.threads, communicator);
    report.plane->chosen = options.plane.has_value();
  }
  return report;
}

}  // namespace

ReportData gather_report(const ReportOptions& options, const comm::Communicator& communicator) {
  ReportData report;
  report.model_path = options.model_path;
  report.step = options.step;
  read_models(options, communicator, report);
  if (!options.data) return report;
  if (!report.model) {
    throw core::agreed_bad_input({.what = "is a path of models, and none of them is named",
                                  .where = options.model_path,
                                  .why = "--data is for one model",
                                  .remedy = "Choose one with --step"});
  }
  report.evaluation = evaluate(options, *report.model, communicator);
  return report;
}

}  // namespace mpilogit::scoring
