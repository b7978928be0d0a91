#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/overwriting.hpp"
#include "cli/commands/trial_run.hpp"
#include "cli/options/checkpoint_arguments.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/fit_arguments.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/options/table_arguments.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "fitting/verify.hpp"
#include "model/distribute.hpp"
#include "mpilogit/version.h"

namespace mpilogit::cli {

namespace {

std::vector<std::string> data_files(const Arguments& arguments) {
  const auto& positional = arguments.positional();
  if (positional.size() < 2) {
    refuse_usage(&arguments.command(), "verify takes a model and the data that it was trained on");
  }
  return {positional.begin() + 1, positional.end()};
}

Arguments parsed(const std::vector<std::string>& tokens) {
  for (const auto& command : all_commands()) {
    if (command.name == tokens.front()) {
      Arguments arguments = Arguments::parse(command, std::span(tokens).subspan(1));
      arguments.require_needed();
      return arguments;
    }
  }
  throw core::internal_failure("unknown command");
}

// What a cross-validation has trained in the end: the chosen penalty on all rows.
fitting::TrainOptions refit_options(const Arguments& arguments,
                                    const fitting::RecordedTraining& recorded, int threads) {
  fitting::TrainOptions options;
  options.design = design_from(arguments);
  options.strength = {.l1 = recorded.l1, .l2 = recorded.l2};
  options.penalty = penalty_from(arguments);
  options.solver = solver_from(arguments, true);
  options.threads = threads_from(arguments, threads);
  return options;
}

fitting::TrainOptions recorded_options(const std::vector<std::string>& tokens,
                                       const std::string& model_path,
                                       const fitting::RecordedTraining& recorded, int threads) {
  std::vector<std::string> all = tokens;
  all.push_back("--model=" + model_path);  // is not written
  const Arguments arguments = parsed(all);
  return arguments.command().command == kTrain ? train_options(arguments, threads)
                                               : refit_options(arguments, recorded, threads);
}

// The models that the record names are read, too.
void refuse_json_over_inputs(std::vector<std::string> tokens,
                             const std::optional<std::string>& json,
                             const comm::Communicator& communicator) {
  if (!json) return;
  tokens.push_back("--json=" + *json);
  require_separate_files(parsed(tokens), communicator);
}

std::string joined(const std::vector<std::string>& names) {
  return names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "));
}

std::string summary(const fitting::VerifyResult& outcome, const std::string& model_path) {
  std::string text = fmt::format("model           {} (coefficients {:.12}...)\n", model_path,
                                 outcome.coefficients_sha256);
  text += fmt::format("data            as recorded: {}\n", joined(outcome.parts));
  if (outcome.objective) {
    text += fmt::format("objective       {:.13g} (recorded {:.13g})\n", *outcome.objective,
                        outcome.recorded_objective);
    text += fmt::format("gradient norm   {:.2e}\n", *outcome.gradient_norm);
    text += fmt::format("relative gap    {:.2e} (tolerance {:g}, {} passes over the data)\n",
                        *outcome.gap, outcome.tolerance, outcome.data_passes);
  }
  if (outcome.same_bits) {
    text +=
        fmt::format("trained again   {}\n", *outcome.same_bits ? "the same bits" : "other bits");
  }
  text += outcome.verified()            ? "verified\n"
          : outcome.differences.empty() ? "not verified\n"
                                        : "not what the record says\n";
  return text;
}

core::ExitCode code_of(const fitting::VerifyResult& outcome) {
  if (!outcome.differences.empty()) return core::ExitCode::bad_input;
  return outcome.unchecked.empty() ? core::ExitCode::done : core::ExitCode::not_converged;
}

}  // namespace

int verify_command(const Arguments& arguments, const comm::Communicator& communicator) {
  const int threads = automatic_threads(communicator);
  std::vector<std::string> files;
  comm::together(communicator, [&] { files = data_files(arguments); });
  refuse_tables(files, communicator);
  const auto json = record_path(arguments, communicator);
  fitting::VerifyOptions options;
  options.model_path = arguments.positional().front();
  options.version = MPILOGIT_VERSION;
  options.retrain = arguments.flag("retrain");
  const model::Model model = model::read_model(options.model_path, communicator);
  const auto recorded = fitting::recorded_training(model, options.model_path);

  const Output output(communicator, arguments.flag("quiet"));
  ProgressLines progress(output);
  fitting::VerifyResult outcome;
  if (recorded.provenance) {
    std::vector<std::string> tokens;
    comm::together(communicator, [&] {
      tokens = recorded_tokens(recorded.provenance->origin, files, arguments);
      options.training = recorded_options(tokens, options.model_path, recorded, threads);
    });
    refuse_json_over_inputs(tokens, json, communicator);
    try_inputs(parsed(tokens), tokens, communicator);
    outcome = fitting::verify(options, model, recorded, communicator, progress);
    progress.finish();
  } else {
    outcome = fitting::verify_record(options, model, recorded);
  }
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(summary(outcome, options.model_path));
  if (communicator.is_root()) {
    for (const auto& sentence : outcome.differences) print_error(sentence);
  }
  for (const auto& sentence : outcome.unchecked) output.warning("not verified: " + sentence);
  return static_cast<int>(code_of(outcome));
}

}  // namespace mpilogit::cli
