#pragma once
// Every option of the program, once: parsing, help, defaults and docs/options.md come from here.

#include <span>
#include <string>
#include <string_view>

namespace mpilogit::cli {

/// Subcommands as bits, so that an option can name several.
enum Command : unsigned {
  kTrain = 1,
  kPredict = 2,
  kEvaluate = 4,
  kInspect = 8,
  kPath = 16,
  kCrossValidate = 32,
  kReport = 64,
  kImport = 128,
  kExport = 256,
  kSynthesize = 512,
  kSummarize = 1024,
  kVerify = 2048,
};

enum class OptionKind {
  value,           ///< --name VALUE
  optional_value,  ///< --name or --name=VALUE
  flag,            ///< --name
};

/// What the value of an option names.
enum class Names {
  nothing,
  output,              ///< a file that is written whole
  appended,            ///< a file that is written on
  input,               ///< a file that is read
  input_or_array,      ///< of `import npy`: a file that is read, or an array in another one
  values_of_features,  ///< a data set of one number per feature, or a number
};

struct Option {
  std::string_view name;
  OptionKind kind;
  std::string_view argument;  ///< what the help calls the value
  std::string_view fallback;  ///< the default, as one would type it; of optional_value: if bare
  std::string_view help;
  unsigned commands;         ///< those that take it
  std::string_view solvers;  ///< "" or the only solvers that take it, separated by spaces
  std::string_view forms{};  ///< "" or the only forms of `import` that take it, likewise
  Names names = Names::nothing;
  bool changes_result = true;  ///< whether another value may mean another model
  /// Whether it says how this process reads: no matter of the model, so that no record decides it.
  bool of_reading = false;
  std::string_view needs{};       ///< "" or the options without which it has no effect
  unsigned needing_commands = 0;  ///< those of which `needs` holds
};

struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view positional;  ///< as in the usage line
  std::string_view help;
};

std::span<const Option> all_options();
std::span<const CommandInfo> all_commands();

/// The option of that name as the command takes it: a name may mean something else elsewhere.
const Option& find_option(Command command, std::string_view name);

/// Whether `solver` is one of those that the option is for.
bool applies_to_solver(const Option& option, std::string_view solver);
/// Likewise of the forms of a command that has several.
bool applies_to_form(const Option& option, std::string_view form);

/// "mpilogit train --help" and its like.
std::string command_help(const CommandInfo& command);
/// "mpilogit --help".
std::string program_help();
/// docs/options.md, whole.
std::string markdown_reference();

}  // namespace mpilogit::cli
