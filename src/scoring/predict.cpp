#include "scoring/predict.hpp"

#include <algorithm>
#include <vector>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/units.hpp"
#include "hdf5/file.hpp"
#include "hdf5/row_file.hpp"
#include "kernels/logistic.hpp"
#include "model/distribute.hpp"
#include "problem/same_columns.hpp"
#include "problem/training_set.hpp"
#include "scoring/scoring.hpp"

namespace mpilogit::scoring {

namespace {

hdf5::RowType label_type(const data::ClassSet& classes) {
  switch (classes.kind) {
    case data::LabelKind::text: {
      std::size_t longest = 1;
      for (const auto& text : classes.texts) longest = std::max(longest, text.size());
      return {hdf5::ValueType::text, longest};
    }
    case data::LabelKind::boolean:
      return {hdf5::ValueType::boolean};
    case data::LabelKind::floating:
      return {hdf5::ValueType::float64};
    case data::LabelKind::integer:
      break;
  }
  return {hdf5::ValueType::int64};
}

template <class T, class Class>
void write_labels(const hdf5::RowFile& file, std::int64_t first_row,
                  const std::vector<std::uint32_t>& predicted, const std::vector<Class>& classes) {
  std::vector<T> labels;
  labels.reserve(predicted.size());
  for (const auto k : predicted) labels.push_back(static_cast<T>(classes[k]));
  file.write("label", first_row, std::span<const T>(labels));
}

void write_labels(const hdf5::RowFile& file, std::int64_t first_row,
                  const std::vector<std::uint32_t>& predicted, const data::ClassSet& classes) {
  switch (classes.kind) {
    case data::LabelKind::text:
      return write_labels<std::string>(file, first_row, predicted, classes.texts);
    case data::LabelKind::boolean:
      return write_labels<std::uint8_t>(file, first_row, predicted, classes.numbers);
    case data::LabelKind::floating:
      return write_labels<double>(file, first_row, predicted, classes.numbers);
    case data::LabelKind::integer:
      return write_labels<std::int64_t>(file, first_row, predicted, classes.numbers);
  }
}

struct Predictions {
  std::vector<double> probability;       // local rows; of more than two classes × classes
  std::vector<std::uint32_t> predicted;  // index of the class
};

Predictions predictions(const statistics::ScoreShape& shape, const std::vector<double>& margins) {
  Predictions result;
  const std::span<const double> all(margins);
  const std::size_t rows = margins.size() / shape.columns;
  result.predicted.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto row = all.subspan(i * shape.columns, shape.columns);
    result.predicted.push_back(statistics::predicted_class(shape, row));
  }
  if (shape.classes() == 2) {
    result.probability.reserve(rows);
    for (const double margin : margins) result.probability.push_back(kernels::sigmoid(margin));
  } else {
    result.probability.resize(rows * shape.classes());
    statistics::class_probabilities(shape, margins, result.probability);
  }
  return result;
}

// Of two classes one column says all.
void create_probability(const hdf5::File& file, const data::ClassSet& classes, std::int64_t rows) {
  const hdf5::RowType type{hdf5::ValueType::float64};
  if (classes.size() == 2) {
    hdf5::create_rows(file, "probability", type, rows);
    hdf5::write_attribute(file, "/", "probability_of", classes.name(1));
    return;
  }
  const auto count = static_cast<std::int64_t>(classes.size());
  hdf5::create_rows(file, "probability", type, rows, count);
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k) names.push_back(classes.name(k));
  hdf5::write_strings(file, "probability_of", names, {count});
}

void write_predictions(const PredictOptions& options, const model::Model& model,
                       const data::Dataset& dataset, const Predictions& result,
                       const comm::Communicator& communicator) {
  const std::int64_t rows = dataset.shape().rows;
  const std::int64_t first = dataset.local_rows().first;
  hdf5::RowFile target(options.output_path, communicator, [&](const hdf5::File& file) {
    create_probability(file, model.classes, rows);
    hdf5::create_rows(file, "label", label_type(model.classes), rows);
    hdf5::write_attribute(file, "/", "format", "mpilogit predictions");
    hdf5::write_attribute(file, "/", "coefficients_sha256", model::coefficients_sha256(model));
  });
  comm::together(communicator, [&] {
    target.write("probability", first, std::span<const double>(result.probability));
    write_labels(target, first, result.predicted, model.classes);
  });
  target.commit();
}

}  // namespace

PredictResult predict(const PredictOptions& options, const comm::Communicator& communicator) {
  const core::Stopwatch total;
  comm::on_root(communicator, [&] {
    core::require_writable(options.output_path);
    return std::string();
  });
  comm::Phase phase(communicator, "reading the model");
  const model::Model model =
      model::read_model_or_step(options.model_path, options.step, communicator);
  phase.turn_to("reading the data");
  std::optional<RawTable> table;
  if (options.raw) {
    table.emplace(options.source.files, *options.raw, RawTable::For::prediction, model,
                  options.model_path, options.output_path, communicator);
  }
  data::Source source = table ? table->source() : options.source;
  source.labels = std::nullopt;
  source.memory = problem::needs_of_predictions(source.memory, model.intercept.size());
  const data::Dataset dataset = data::read_dataset(source, communicator, options.threads);
  problem::require_features(model, options.model_path, source, dataset.shape());
  phase.turn_to("predicting");
  const Predictions result =
      predictions(score_shape(model), margins(model, dataset, options.threads));
  phase.turn_to("writing the predictions");
  write_predictions(options, model, dataset, result, communicator);

  PredictResult outcome;
  outcome.shape = dataset.shape();
  if (table) outcome.raw = table->report();
  outcome.classes = model.classes;
  outcome.predicted.assign(model.classes.size(), 0);
  for (const auto k : result.predicted) ++outcome.predicted[k];
  communicator.sum(outcome.predicted);
  outcome.ranks = communicator.size();
  outcome.threads = options.threads;
  outcome.memory = running::memory_use(dataset, communicator);
  outcome.seconds_total = total.seconds();
  return outcome;
}

}  // namespace mpilogit::scoring
