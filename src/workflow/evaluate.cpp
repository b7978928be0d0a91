#include "mpilogit/workflow/evaluate.hpp"

#include <vector>

#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/model/distribute.hpp"

#include "model_labels.hpp"
#include "scoring.hpp"

namespace mpilogit::workflow {

EvaluateReport evaluate(const EvaluateOptions& options, const comm::Communicator& communicator) {
  const core::Stopwatch total;
  const model::Model model =
      model::read_model_or_step(options.model_path, options.step, communicator);
  require_two_classes(options.source, model, options.model_path);
  const data::Dataset dataset = data::read_dataset(options.source, communicator, options.threads);
  require_features(model, options.model_path, options.source, dataset.shape());
  const std::vector<std::uint32_t> labels = labels_in_model(dataset, model.classes, options.source);
  const std::vector<double> scores = margins(model, dataset, options.threads);

  EvaluateReport report;
  report.shape = dataset.shape();
  report.classes = model.classes;
  report.metrics = statistics::evaluate({.shape = score_shape(model),
                                         .margins = scores,
                                         .labels = labels,
                                         .weights = dataset.weights(),
                                         .successes = dataset.successes(),
                                         .trials = dataset.trials()},
                                        communicator);
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
