#include "cli/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/commands/overwriting.hpp"
#include "cli/commands/run_events.hpp"
#include "cli/commands/trial_run.hpp"
#include "cli/options/arguments.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/tables/evaluation_summary.hpp"
#include "cli/tables/output.hpp"
#include "comm/agreement.hpp"
#include "comm/companions.hpp"
#include "comm/environment.hpp"
#include "core/error.hpp"
#include "core/text_file.hpp"
#include "core/units.hpp"
#include "hdf5/file.hpp"
#include "mpilogit/version.h"
#include "running/events.hpp"

namespace mpilogit::cli {

namespace {

constexpr int kRunDone = static_cast<int>(core::ExitCode::done);
constexpr const char* kValueOf = "--value-of";

const CommandInfo& find_command(const std::string& name) {
  for (const auto& command : all_commands()) {
    if (command.name == name) return command;
  }
  refuse_usage(nullptr, "there is no command '" + name + "'");
}

// Answers that need no command; nothing if there is one.
std::optional<std::string> plain_answer(std::span<const std::string> arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    return program_help();
  }
  if (arguments[0] == "--version") return "mpilogit " MPILOGIT_VERSION "\n";
  if (arguments[0] == "--options-markdown") return markdown_reference();
  if (arguments[0] == "--metrics-markdown") return metrics_markdown();
  return std::nullopt;
}

// Lines of options, by hand.
constexpr std::int64_t kLargestConfig = std::int64_t{1} << 20;

std::string read_config(const std::string& path) {
  if (auto contents = core::read_file(path, kLargestConfig)) return *contents;
  throw core::bad_input({.what = "the configuration file is missing",
                         .where = path,
                         .why = {},
                         .remedy = "Check the path given with --config"});
}

// What this rank has been told, before anything is agreed on.
double first_stall_timeout(std::span<const std::string> tokens) {
  const auto& usual = find_option(kTrain, "stall-timeout");
  try {
    if (!plain_answer(tokens)) {
      const Arguments arguments = Arguments::parse(find_command(tokens.front()), tokens.subspan(1));
      if (!arguments.flag("help")) return stall_timeout_from(arguments);
    }
  } catch (const core::Error&) {
    // All ranks together will say it.
  }
  return core::parse_seconds(std::string(usual.fallback)).value_or(0.0);
}

int dispatch(const Arguments& arguments, const comm::Communicator& communicator,
             running::Events& events) {
  switch (arguments.command().command) {
    case kTrain:
      return train_command(arguments, communicator, events);
    case kPath:
      return path_command(arguments, communicator, events);
    case kCrossValidate:
      return cross_validate_command(arguments, communicator, events);
    case kPredict:
      return predict_command(arguments, communicator, events);
    case kEvaluate:
      return evaluate_command(arguments, communicator, events);
    case kReport:
      return report_command(arguments, communicator, events);
    case kImport:
      return import_command(arguments, communicator, events);
    case kExport:
      return export_command(arguments, communicator, events);
    case kInspect:
      return inspect_command(arguments, communicator);
    case kSummarize:
      return summarize_command(arguments, communicator);
    case kVerify:
      return verify_command(arguments, communicator);
    case kSynthesize:
      return synthesize_command(arguments, communicator, events);
  }
  throw core::internal_failure("unknown command");
}

// Commands that may take long can go on from a checkpoint.
std::string advice_for(const Arguments& arguments) {
  if (!takes(arguments, "checkpoint")) return "Start again";
  return "Start again; with --checkpoint the work goes on from the last one";
}

int parse_and_run(std::span<const std::string> tokens, const comm::Communicator& communicator,
                  running::Events& events, comm::Watchdog& watchdog,
                  const std::optional<std::string>& companions) {
  watchdog.begin(communicator, first_stall_timeout(tokens), "Start again");
  const Output output(communicator, false);
  if (const auto answer = plain_answer(tokens)) {
    output.result(*answer);
    return kRunDone;
  }
  Arguments arguments;
  comm::together(communicator, [&] {
    arguments = Arguments::parse(find_command(tokens.front()), tokens.subspan(1));
  });
  if (arguments.flag("help")) {
    output.result(command_help(arguments.command()));
    return kRunDone;
  }
  comm::require_companions(communicator, companions);
  if (arguments.given("config")) {
    const std::string path = arguments.text("config");
    const std::string contents = comm::on_root(communicator, [&] { return read_config(path); });
    comm::together(communicator, [&] { arguments.add_config(path, contents); });
  }
  comm::require_same(communicator, "options", arguments.canonical());
  double stall_timeout = 0.0;
  comm::together(communicator, [&] {
    arguments.require_needed();
    stall_timeout = stall_timeout_from(arguments);
  });
  watchdog.start(communicator, stall_timeout, advice_for(arguments));
  require_separate_files(arguments, communicator);
  if (takes(arguments, "events")) open_events(arguments, communicator, events);
  if (takes(arguments, "instruction-set")) choose_instruction_set(arguments, communicator);
  if (takes(arguments, "allow-plugins") && arguments.flag("allow-plugins")) hdf5::allow_plugins();
  try_inputs(arguments, tokens, communicator);
  require_replaceable_files(arguments, communicator);
  return dispatch(arguments, communicator, events);
}

// Where memory runs out it often does on all ranks at once. So that one prints for all, the others
// leave rank 0 the time to end them: more than mpirun lets a process live that holds on to SIGTERM.
void let_lower_ranks_speak(int rank) {
  using std::chrono::milliseconds;
  if (rank > 0) std::this_thread::sleep_for(milliseconds(1500 + 250 * std::min(rank - 1, 6)));
}

// An error that only this rank knows of: the others may be waiting for it, so it ends them.
[[noreturn]] void abort_all(const comm::Communicator& communicator, running::Events& events,
                            int code, const std::string& message) {
  let_lower_ranks_speak(communicator.rank());
  events.end(code, message);
  print_error(fmt::format("rank {}: {}", communicator.rank(), message));
  comm::Environment::abort(code);
}

}  // namespace

int run(std::span<const std::string> arguments, const comm::Communicator& communicator,
        comm::Watchdog& watchdog, const std::optional<std::string>& companions) {
  constexpr int kInternal = static_cast<int>(core::ExitCode::internal_failure);
  running::Events events;
  try {
    const int code = parse_and_run(arguments, communicator, events, watchdog, companions);
    events.end(code);
    return code;
  } catch (const core::Error& error) {
    const int code = static_cast<int>(error.code());
    if (!error.agreed()) abort_all(communicator, events, code, error.what());
    if (communicator.is_root()) {
      error.code() == core::ExitCode::checkpointed ? print_remark(error.what())
                                                   : print_error(error.what());
    }
    events.end(code, error.what());
    return code;
  } catch (const std::bad_alloc&) {
    abort_all(communicator, events, kInternal,
              "out of memory. Use more hosts or fewer ranks per host");
  } catch (const std::exception& error) {
    abort_all(communicator, events, kInternal, std::string("internal failure: ") + error.what());
  }
}

bool is_question(std::span<const std::string> arguments) {
  return !arguments.empty() && arguments.front() == kValueOf;
}

int answer(std::span<const std::string> arguments) {
  try {
    if (arguments.size() < 2) refuse_usage(nullptr, "--value-of needs the name of an option");
    const std::string& option = arguments[1];
    const auto tokens = arguments.subspan(2);
    if (plain_answer(tokens)) return kRunDone;
    Arguments parsed = Arguments::parse(find_command(tokens.front()), tokens.subspan(1));
    if (parsed.given("config")) {
      parsed.add_config(parsed.text("config"), read_config(parsed.text("config")));
    }
    if (takes(parsed, option) && parsed.given(option)) std::puts(parsed.text(option).c_str());
    return kRunDone;
  } catch (const core::Error& error) {
    print_error(error.what());
    return static_cast<int>(error.code());
  }
}

}  // namespace mpilogit::cli
