#include "scoring/evaluate.hpp"

#include <optional>
#include <vector>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/stopwatch.hpp"
#include "model/distribute.hpp"
#include "problem/memory_needs.hpp"
#include "problem/same_columns.hpp"
#include "scoring/detail/curves_file.hpp"
#include "scoring/detail/model_labels.hpp"
#include "scoring/scoring.hpp"

namespace mpilogit::scoring {

namespace {

void require_use_of_cost(const EvaluateOptions& options, const model::Model& model) {
  if (!options.cost || model.classes.size() == 2) return;
  throw core::bad_input({.what = fmt::format("has {} classes", model.classes.size()),
                         .where = options.model_path,
                         .why = "a threshold is between two",
                         .remedy = "Leave --cost away"})
      .as_agreed();
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
  comm::Phase phase(communicator, "reading the model");
  const model::Model model =
      model::read_model_or_step(options.model_path, options.step, communicator);
  require_two_classes(options.source, model, options.model_path);
  require_use_of_cost(options, model);
  phase.turn_to("reading the data");
  std::optional<RawTable> table;
  if (options.raw) {
    table.emplace(options.source.files, *options.raw, RawTable::For::evaluation, model,
                  options.model_path, place_for_rows(communicator), communicator);
  }
  data::Source source = table ? table->source() : options.source;
  source.group_names = source.groups.has_value();
  source.memory = problem::needs_of_metrics(source.memory, model.intercept.size());
  const data::Dataset dataset = data::read_dataset(source, communicator, options.threads);
  problem::require_features(model, options.model_path, source, dataset.shape());
  phase.turn_to("evaluating");
  const std::vector<std::uint32_t> labels = labels_in_model(dataset, model.classes, source);
  const std::vector<double> scores = margins(model, dataset, options.threads);
  const statistics::ScoredRows rows{.shape = score_shape(model),
                                    .margins = scores,
                                    .labels = labels,
                                    .weights = dataset.weights(),
                                    .successes = dataset.successes(),
                                    .trials = dataset.trials()};

  EvaluateReport report;
  report.shape = dataset.shape();
  if (table) report.raw = table->report();
  report.classes = model.classes;
  report.metrics = statistics::assess(
      rows, {.bins = options.bins, .cost = options.cost, .curves = options.curves_path.has_value()},
      communicator);
  report.groups = dataset.group_names();
  if (source.groups) {
    report.by_group =
        statistics::metrics_by_group(rows, dataset.groups(), report.groups.size(), communicator);
  }
  phase.turn_to("writing the curves");
  if (options.curves_path) write_curves(*options.curves_path, model, report.metrics, communicator);
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.memory = running::memory_use(dataset, communicator);
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::scoring
