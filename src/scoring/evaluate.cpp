#include "scoring/evaluate.hpp"

#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "hdf5/file.hpp"
#include "model/distribute.hpp"
#include "problem/same_columns.hpp"
#include "problem/training_set.hpp"
#include "scoring/scoring.hpp"

namespace mpilogit::scoring {

namespace {

void require_use_of_cost(const EvaluateOptions& options, const model::Model& model) {
  if (!options.cost || model.classes.size() == 2) return;
  throw core::agreed_bad_input({.what = fmt::format("has {} classes", model.classes.size()),
                                .where = options.model_path,
                                .why = "a threshold is between two",
                                .remedy = "Leave --cost away"});
}

void require_writable(const EvaluateOptions& options, const comm::Communicator& communicator) {
  if (!options.curves_path) return;
  comm::on_root(communicator, [&] {
    core::require_writable(*options.curves_path);
    return std::string();
  });
}

}  // namespace

EvaluateResult evaluate(const EvaluateOptions& options, const comm::Communicator& communicator) {
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

  EvaluateResult result;
  result.shape = dataset.shape();
  if (table) result.raw = table->report();
  result.classes = model.classes;
  result.metrics = statistics::assess(
      rows, {.bins = options.bins, .cost = options.cost, .curves = options.curves_path.has_value()},
      communicator);
  result.groups = dataset.group_names();
  if (source.groups) {
    result.by_group =
        statistics::metrics_by_group(rows, dataset.groups(), result.groups.size(), communicator);
  }
  phase.turn_to("writing the curves");
  if (options.curves_path) write_curves(*options.curves_path, model, result.metrics, communicator);
  result.ranks = communicator.size();
  result.threads = options.threads;
  result.memory = running::memory_use(dataset, communicator);
  result.seconds_total = total.seconds();
  return result;
}

namespace {

constexpr std::int64_t kFormatVersion = 1;

void write(const hdf5::File& file, const std::string& name, const std::vector<double>& values) {
  hdf5::write_doubles(file, name, values, {static_cast<std::int64_t>(values.size())});
}

void write_class(const hdf5::File& file, const std::string& group,
                 const statistics::Curves& curves) {
  write(file, group + "/roc/fpr", curves.roc.fpr);
  write(file, group + "/roc/tpr", curves.roc.tpr);
  write(file, group + "/roc/threshold", curves.roc.threshold);
  write(file, group + "/pr/recall", curves.pr.recall);
  write(file, group + "/pr/precision", curves.pr.precision);
  write(file, group + "/pr/threshold", curves.pr.threshold);
  write(file, group + "/histogram/edges", curves.histogram.edges);
  write(file, group + "/histogram/negatives", curves.histogram.negatives);
  write(file, group + "/histogram/positives", curves.histogram.positives);
}

void write_reliability(const hdf5::File& file,
                       const std::vector<statistics::ReliabilityBin>& bins) {
  const auto column = [&](const std::string& name, auto&& value) {
    std::vector<double> values;
    values.reserve(bins.size());
    for (const auto& bin : bins) values.push_back(value(bin));
    write(file, "reliability/" + name, values);
  };
  const auto or_nan = [](const std::optional<double>& value) {
    return value.value_or(std::numeric_limits<double>::quiet_NaN());
  };
  column("lower", [](const auto& bin) { return bin.lower; });
  column("upper", [](const auto& bin) { return bin.upper; });
  column("rows", [](const auto& bin) { return static_cast<double>(bin.rows); });
  column("weight", [](const auto& bin) { return bin.weight; });
  column("mean_predicted", [&](const auto& bin) { return or_nan(bin.mean_predicted); });
  column("observed", [&](const auto& bin) { return or_nan(bin.observed); });
}

void write_file(const core::AtomicFile& target, const model::Model& model,
                const statistics::Assessment& assessment) {
  hdf5::File file = hdf5::File::create(target);
  hdf5::write_attribute(file, "/", "format", "mpilogit curves");
  hdf5::write_attribute(file, "/", "format_version", kFormatVersion);
  hdf5::write_attribute(file, "/", "coefficients_sha256", model::coefficients_sha256(model));
  write_reliability(file, assessment.calibration.bins);
  // Of two classes there are the curves of class 1 alone.
  const std::size_t first = model.classes.size() - assessment.curves.size();
  for (std::size_t i = 0; i < assessment.curves.size(); ++i) {
    if (!assessment.curves[i]) continue;
    const std::string group = "class_" + std::to_string(first + i);
    write_class(file, group, *assessment.curves[i]);
    hdf5::write_attribute(file, group, "class", model.classes.name(first + i));
  }
  file.close();
}

}  // namespace

void write_curves(const std::string& path, const model::Model& model,
                  const statistics::Assessment& assessment,
                  const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    core::AtomicFile target(path);
    write_file(target, model, assessment);
    target.commit();
    return std::string();
  });
}

}  // namespace mpilogit::scoring
