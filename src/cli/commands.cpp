#include "commands.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/workflow/evaluate.hpp"
#include "mpilogit/workflow/inspect.hpp"
#include "mpilogit/workflow/predict.hpp"
#include "mpilogit/workflow/record.hpp"

#include "coefficient_table.hpp"
#include "common_options.hpp"
#include "output.hpp"
#include "thread_count.hpp"

namespace mpilogit::cli {

namespace {

constexpr int kDone = static_cast<int>(core::ExitCode::done);

// predict and evaluate name the model first, then the data.
constexpr std::size_t kModelArguments = 1;

std::string model_path(const Arguments& arguments) {
  if (arguments.positional().empty())
    source_from(arguments, kModelArguments);  // says what is missing
  return arguments.positional().front();
}

std::string describe(const statistics::Metrics& metrics, const data::ClassSet& classes) {
  std::string text =
      fmt::format("rows            {}\nlog-loss        {:.6f}\naccuracy        {:.5f}\n",
                  grouped(metrics.rows), metrics.log_loss, metrics.accuracy);
  text += metrics.roc_auc ? fmt::format("ROC AUC         {:.6f}\n", *metrics.roc_auc)
                          : "ROC AUC         none: only one class is there\n";
  const std::size_t width =
      std::max({classes.name(0).size(), classes.name(1).size(), std::size_t{10}});
  text += fmt::format("confusion       predicted {1:>{0}} {2:>{0}}\n", width, classes.name(0),
                      classes.name(1));
  for (std::size_t k = 0; k < 2; ++k) {
    text += fmt::format("  actual {1:>{0}} {4:>{5}} {2:>{0}} {3:>{0}}\n", width, classes.name(k),
                        grouped(metrics.confusion[k][0]), grouped(metrics.confusion[k][1]), "",
                        16 - 1 > width ? 15 - width : 0);
  }
  return text;
}

std::string describe(const workflow::DatasetDescription& dataset) {
  const data::Shape& shape = dataset.shape;
  const auto cells = static_cast<double>(shape.rows) * static_cast<double>(shape.features);
  std::string text = "data set, sound\n";
  text += fmt::format("rows            {}\nfeatures        {}\n", grouped(shape.rows),
                      grouped(shape.features));
  text += fmt::format("storage         {} {}\n", shape.sparse ? "sparse (CSR)" : "dense",
                      shape.storage);
  if (shape.sparse) {
    text += fmt::format("stored values   {} ({:.3g} %)\n", grouped(shape.nonzeros),
                        100.0 * static_cast<double>(shape.nonzeros) / cells);
  }
  for (std::size_t k = 0; k < dataset.classes.size(); ++k) {
    text += fmt::format("class           {}: {} rows\n", dataset.classes.name(k),
                        grouped(dataset.class_counts[k]));
  }
  if (dataset.classes.size() == 0) text += "class           no labels\n";
  if (!shape.feature_names.empty()) {
    constexpr std::size_t kMostNames = 200;
    const std::size_t shown = std::min(kMostNames, shape.feature_names.size());
    text += "feature names  ";
    for (std::size_t j = 0; j < shown; ++j) text += " " + shape.feature_names[j];
    if (shown < shape.feature_names.size()) {
      text += fmt::format(" ... ({} more)", shape.feature_names.size() - shown);
    }
    text += "\n";
  }
  return text;
}

std::string describe(const model::Model& model, std::optional<std::size_t> top) {
  return fmt::format(
      "logistic model: P(y = {}) against {}; {} features, L2 penalty {:g}, solver {}\n"
      "coefficients sha256 {}\n\n{}",
      model.classes.name(1), model.classes.name(0), grouped(model.features), model.l2, model.solver,
      model::coefficients_sha256(model), coefficient_table(model, top));
}

}  // namespace

int predict_command(const Arguments& arguments, const comm::Communicator& communicator) {
  const int automatic = automatic_threads(communicator);
  workflow::PredictOptions options;
  comm::together(communicator, [&] {
    options.output_path = arguments.required("output");
    options.model_path = model_path(arguments);
    options.source = source_from(arguments, kModelArguments);
    options.threads = threads_from(arguments, automatic);
  });
  const auto json = record_path(arguments, communicator);
  const auto report = workflow::predict(options, communicator);
  if (json) write_text(*json, workflow::to_json(report), communicator);
  const Output output(communicator, arguments.flag("quiet"));
  output.result(
      fmt::format("rows            {}\npredicted       {}: {}, {}: {}\nwritten         {}\n",
                  grouped(report.shape.rows), report.classes.name(0), grouped(report.predicted[0]),
                  report.classes.name(1), grouped(report.predicted[1]), options.output_path));
  return kDone;
}

int evaluate_command(const Arguments& arguments, const comm::Communicator& communicator) {
  const int automatic = automatic_threads(communicator);
  workflow::EvaluateOptions options;
  comm::together(communicator, [&] {
    options.model_path = model_path(arguments);
    options.source = source_from(arguments, kModelArguments);
    options.threads = threads_from(arguments, automatic);
  });
  const auto json = record_path(arguments, communicator);
  const auto report = workflow::evaluate(options, communicator);
  if (json) write_text(*json, workflow::to_json(report), communicator);
  const Output output(communicator, arguments.flag("quiet"));
  output.result(describe(report.metrics, report.classes));
  return kDone;
}

int inspect_command(const Arguments& arguments, const comm::Communicator& communicator) {
  workflow::InspectOptions options;
  std::optional<std::size_t> top;
  comm::together(communicator, [&] {
    options.source = source_from(arguments, 0);
    if (options.source.files.size() > 1) {
      refuse_usage(&arguments.command(), "inspect takes one file");
    }
    if (arguments.text("top") != "all") {
      top = static_cast<std::size_t>(arguments.integer("top", 1));
    }
  });
  const auto report = workflow::inspect(options, communicator);
  comm::together(communicator, [&] {
    for (const auto* option : {"features", "labels", "io"}) {
      if (report.model && arguments.given(option)) {
        refuse_usage(&arguments.command(),
                     fmt::format("--{} has no effect: the file is a model", option));
      }
    }
    if (report.dataset && top) {
      refuse_usage(&arguments.command(), "--top has no effect: the file is a data set");
    }
  });
  const Output output(communicator, false);
  output.result(report.model ? describe(*report.model, top) : describe(*report.dataset));
  return kDone;
}

}  // namespace mpilogit::cli
