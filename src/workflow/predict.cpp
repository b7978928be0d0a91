#include "mpilogit/workflow/predict.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/hdf5/file.hpp"
#include "mpilogit/kernels/logistic.hpp"
#include "mpilogit/model/distribute.hpp"

#include "scoring.hpp"

namespace mpilogit::workflow {

namespace {

hdf5::RowType label_type(const data::ClassSet& classes) {
  switch (classes.kind) {
    case data::LabelKind::text: {
      std::size_t longest = 1;
      for (const auto& text : classes.texts) longest = std::max(longest, text.size());
      return {hdf5::RowType::Kind::text, longest};
    }
    case data::LabelKind::boolean:
      return {hdf5::RowType::Kind::boolean, 0};
    case data::LabelKind::floating:
      return {hdf5::RowType::Kind::float64, 0};
    case data::LabelKind::integer:
      break;
  }
  return {hdf5::RowType::Kind::int64, 0};
}

template <class T, class Class>
void write_labels(const hdf5::File& file, std::int64_t first_row,
                  const std::vector<std::uint8_t>& predicted, const std::vector<Class>& classes) {
  std::vector<T> labels;
  labels.reserve(predicted.size());
  for (const auto k : predicted) labels.push_back(static_cast<T>(classes[k]));
  hdf5::write_rows(file, "label", first_row, std::span<const T>(labels));
}

void write_labels(const hdf5::File& file, std::int64_t first_row,
                  const std::vector<std::uint8_t>& predicted, const data::ClassSet& classes) {
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
  std::vector<double> probability;      // local rows
  std::vector<std::uint8_t> predicted;  // index of the class
};

Predictions predictions(const std::vector<double>& margins) {
  Predictions result;
  result.probability.reserve(margins.size());
  result.predicted.reserve(margins.size());
  for (const double margin : margins) {
    result.probability.push_back(kernels::sigmoid(margin));
    result.predicted.push_back(margin > 0.0 ? 1 : 0);
  }
  return result;
}

// Rank 0 owns the temporary file's life; all ranks write into it through MPI-IO.
void write_predictions(const PredictOptions& options, const model::Model& model,
                       const data::Dataset& dataset, const Predictions& result,
                       const comm::Communicator& communicator) {
  std::unique_ptr<core::AtomicFile> target;
  const std::string temporary = comm::on_root(communicator, [&] {
    target = std::make_unique<core::AtomicFile>(options.output_path);
    return target->temporary_path();
  });
  const std::int64_t rows = dataset.shape().rows;
  const std::int64_t first = dataset.local_rows().first;
  hdf5::File file = hdf5::File::create(temporary, communicator);
  hdf5::create_rows(file, "probability", {hdf5::RowType::Kind::float64, 0}, rows);
  hdf5::create_rows(file, "label", label_type(model.classes), rows);
  hdf5::write_attribute(file, "/", "format", "mpilogit predictions");
  hdf5::write_attribute(file, "/", "probability_of", model.classes.name(1));
  hdf5::write_attribute(file, "/", "coefficients_sha256", model::coefficients_sha256(model));
  hdf5::write_rows(file, "probability", first, std::span<const double>(result.probability));
  write_labels(file, first, result.predicted, model.classes);
  file.close();
  comm::on_root(communicator, [&] {
    target->commit();
    return std::string();
  });
}

}  // namespace

PredictReport predict(const PredictOptions& options, const comm::Communicator& communicator) {
  const core::Stopwatch total;
  comm::on_root(communicator, [&] {
    core::require_writable(options.output_path);
    return std::string();
  });
  const model::Model model = model::read_model(options.model_path, communicator);
  data::Source source = options.source;
  source.labels = std::nullopt;
  const data::Dataset dataset = data::read_dataset(source, communicator);
  require_features(model, options.model_path, source, dataset.shape());
  const Predictions result = predictions(margins(model, dataset, options.threads));
  write_predictions(options, model, dataset, result, communicator);

  PredictReport report;
  report.shape = dataset.shape();
  report.classes = model.classes;
  for (const auto k : result.predicted) ++report.predicted[k];
  communicator.sum(report.predicted);
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
