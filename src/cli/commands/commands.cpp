#include "cli/commands/commands.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/options/common_options.hpp"
#include "cli/options/fit_arguments.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/options/table_arguments.hpp"
#include "cli/tables/coefficient_table.hpp"
#include "cli/tables/evaluation_summary.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "scoring/evaluate.hpp"
#include "scoring/inspect.hpp"
#include "scoring/predict.hpp"
#include "scoring/record.hpp"

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

std::string describe(const scoring::DatasetDescription& dataset) {
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
  if (dataset.groups > 0) text += fmt::format("groups          {}\n", grouped(dataset.groups));
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

std::string penalty_of(const model::Model& model) {
  if (model.firth) return "Firth's penalised likelihood";
  return fmt::format("L2 penalty {:g}, L1 penalty {:g}{}", model.l2, model.l1,
                     model.standardized ? " on standardised features" : "");
}

std::string expansion_of(const model::Model& model) {
  if (model.expansion.identity()) return {};
  return fmt::format(" (products of up to {} of {} features{})", model.expansion.degree,
                     model.expansion.features,
                     model.expansion.interactions_only ? ", no powers" : "");
}

std::string describe(const model::Model& model, std::optional<std::size_t> top) {
  return fmt::format("{} model: {}; {} features{}, {}, solver {}\ncoefficients sha256 {}\n\n{}",
                     model.objective, describe_classes(model), grouped(model.features),
                     expansion_of(model), penalty_of(model), model.solver,
                     model::coefficients_sha256(model), coefficient_table(model, top));
}

std::string describe(const model::Path& path) {
  std::string text = fmt::format(
      "path of {} models: {}; {} features{}\n"
      "step        lambda   not zero  deviance explained\n",
      path.steps(), describe_classes(path.model), grouped(path.model.features),
      expansion_of(path.model));
  for (std::size_t s = 0; s < path.lambda.size(); ++s) {
    text += fmt::format("{:4}  {:12.6g}  {:9}  {:17.3f}%\n", s, path.lambda[s],
                        grouped(path.nonzeros[s]), 100.0 * path.deviance_explained[s]);
  }
  return text + "`--step N` shows one of them\n";
}

std::optional<std::int64_t> step_from(const Arguments& arguments) {
  if (!arguments.given("step")) return std::nullopt;
  return arguments.integer("step", 0);
}

// What the file turned out to be decides which options have an effect.
void refuse_idle_options(const Arguments& arguments, const scoring::InspectResult& outcome) {
  const auto refuse = [&](const char* option, const char* why) {
    if (!arguments.given(option)) return;
    refuse_usage(&arguments.command(), fmt::format("--{} has no effect: {}", option, why));
  };
  if (!outcome.dataset) {
    const char* what = outcome.model ? "the file is a model" : "the file is a path of models";
    for (const auto* option : {"features", "labels", "trials", "groups", "io", "memory"})
      refuse(option, what);
  }
  if (outcome.dataset) refuse("top", "the file is a data set");
  if (outcome.path) refuse("top", "no --step is chosen");
}

// "FP:FN", for the threshold that costs least.
std::optional<statistics::Cost> cost_from(const Arguments& arguments) {
  const auto text = arguments.text_if_given("cost");
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  const auto positive = finite_number(text->substr(0, colon));
  const auto negative =
      colon == std::string::npos ? std::nullopt : finite_number(text->substr(colon + 1));
  if (!positive || !negative || !(*positive > 0.0) || !(*negative > 0.0)) {
    refuse_usage(&arguments.command(),
                 fmt::format("--cost is '{}', not two numbers above 0 like 1:5", *text));
  }
  return statistics::Cost{*positive, *negative};
}

std::size_t bins_from(const Arguments& arguments) {
  constexpr std::int64_t kMostBins = 10'000;
  return static_cast<std::size_t>(arguments.integer("bins", 1, kMostBins));
}

std::string describe(const scoring::PredictResult& outcome, const std::string& output_path) {
  std::string text = fmt::format("rows            {}\n", grouped(outcome.shape.rows));
  for (std::size_t k = 0; k < outcome.predicted.size(); ++k) {
    text += fmt::format("{:<16}{}: {}\n", k == 0 ? "predicted" : "", outcome.classes.name(k),
                        grouped(outcome.predicted[k]));
  }
  return text + fmt::format("written         {}\n", output_path);
}

}  // namespace

int predict_command(const Arguments& arguments, const comm::Communicator& communicator,
                    running::Events& events) {
  const int automatic = automatic_threads(communicator);
  scoring::PredictOptions options;
  comm::together(communicator, [&] {
    options.output_path = arguments.required("output");
    options.model_path = model_path(arguments);
    options.step = step_from(arguments);
    options.source = source_from(arguments, kModelArguments);
    options.threads = threads_from(arguments, automatic);
  });
  options.raw = raw_options_from(arguments, options.source.files, communicator);
  const auto json = record_path(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  TableProgress progress(output);
  if (options.raw) options.raw->progress = progress.line();
  const auto outcome = scoring::predict(options, communicator);
  progress.finish();
  tell(outcome.raw, output);
  output.print_memory_split(outcome.memory.memory_split);
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(describe(outcome, options.output_path));
  return kDone;
}

int evaluate_command(const Arguments& arguments, const comm::Communicator& communicator,
                     running::Events& events) {
  const int automatic = automatic_threads(communicator);
  scoring::EvaluateOptions options;
  comm::together(communicator, [&] {
    options.model_path = model_path(arguments);
    options.step = step_from(arguments);
    options.source = source_from(arguments, kModelArguments);
    options.source.groups = arguments.text_if_given("by");
    options.bins = bins_from(arguments);
    options.cost = cost_from(arguments);
    options.curves_path = arguments.text_if_given("curves");
    options.threads = threads_from(arguments, automatic);
  });
  options.raw = raw_options_from(arguments, options.source.files, communicator);
  const auto json = record_path(arguments, communicator);
  const Output output(communicator, arguments.flag("quiet"), events);
  TableProgress progress(output);
  if (options.raw) options.raw->progress = progress.line();
  const auto outcome = scoring::evaluate(options, communicator);
  progress.finish();
  tell(outcome.raw, output);
  output.tell_notes(outcome.shape);
  output.print_memory_split(outcome.memory.memory_split);
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(describe(outcome));
  return kDone;
}

int inspect_command(const Arguments& arguments, const comm::Communicator& communicator) {
  scoring::InspectOptions options;
  std::optional<std::size_t> top;
  comm::together(communicator, [&] {
    options.source = source_from(arguments, 0);
    if (options.source.files.size() > 1) {
      refuse_usage(&arguments.command(), "inspect takes one file");
    }
    options.step = step_from(arguments);
    if (arguments.text("top") != "all") {
      top = static_cast<std::size_t>(arguments.integer("top", 1));
    }
  });
  refuse_tables(options.source.files, communicator);
  const auto outcome = scoring::inspect(options, communicator);
  comm::together(communicator, [&] { refuse_idle_options(arguments, outcome); });
  const Output output(communicator, false);
  output.result(outcome.dataset ? describe(*outcome.dataset)
                : outcome.model ? describe(*outcome.model, top)
                                : describe(*outcome.path));
  return kDone;
}

}  // namespace mpilogit::cli
