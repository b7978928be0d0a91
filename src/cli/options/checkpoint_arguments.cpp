#include "cli/options/checkpoint_arguments.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "cli/options/common_options.hpp"
#include "cli/options/option_table.hpp"
#include "core/units.hpp"
#include "kernels/instruction_set.hpp"
#include "mpilogit/version.h"

namespace mpilogit::cli {

namespace {

// What was given or is the default, so that to give a default changes nothing.
std::string effective(const Arguments& arguments, const Option& option) {
  if (option.kind == OptionKind::value || arguments.given(option.name)) {
    return arguments.text(option.name);
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> identity_of(const Arguments& arguments) {
  std::vector<std::pair<std::string, std::string>> identity = {
      {"the version of mpilogit", MPILOGIT_VERSION},
      {"the command", std::string(arguments.command().name)},
      {"the CPU's fused products", kernels::fuses_products() ? "there" : "not there"}};
  // Of one solver, a later run may allow more of them. Of many, some are at their ends.
  const bool one_solver = arguments.command().command == kTrain && !arguments.flag("one-vs-rest");
  for (const Option& option : all_options()) {
    if ((option.commands & arguments.command().command) == 0) continue;
    if (option.name == "max-iterations" && one_solver) continue;
    if (!option.changes_result) continue;  // the instruction set has an entry of its own
    const std::string value = effective(arguments, option);
    if (value.empty() && !arguments.given(option.name)) continue;
    identity.emplace_back(fmt::format("--{}", option.name), value);
  }
  return identity;
}

}  // namespace

std::optional<problem::CheckpointOptions> checkpoint_from(const Arguments& arguments) {
  arguments.refuse_together("resume", "restart");
  if (!arguments.given("checkpoint")) return std::nullopt;
  problem::CheckpointOptions options;
  options.path = arguments.required("checkpoint");
  options.restart = arguments.flag("restart");
  options.overwrite = arguments.flag("overwrite");
  options.identity = identity_of(arguments);
  const std::string every = arguments.text("checkpoint-every");
  if (is_number(every)) {
    options.every_iterations = arguments.integer("checkpoint-every", 1);
  } else if (const auto seconds = core::parse_seconds(every)) {
    options.every_seconds = *seconds;
  } else {
    refuse_usage(&arguments.command(),
                 fmt::format("--checkpoint-every is '{}', neither a time like 60s or 5m nor a "
                             "number of iterations",
                             every));
  }
  return options;
}

namespace {

// Not where results go, how they are shown, how data is read. The instruction set has an entry of
// its own in records.
bool recorded(const Option& option) {
  return option.changes_result && !option.of_reading;
}

std::string note_from(const Arguments& arguments) {
  constexpr std::size_t kLongest = 4096;
  if (!arguments.given("note")) return {};
  std::string note = arguments.required("note");
  if (note.size() <= kLongest) return note;
  refuse_usage(&arguments.command(),
               fmt::format("--note has {} bytes, more than {}", note.size(), kLongest));
}

std::string token(Command command, const std::string& name, const std::string& value) {
  if (find_option(command, name).kind == OptionKind::flag) return "--" + name;
  return fmt::format("--{}={}", name, value);
}

}  // namespace

running::Origin origin_of(const Arguments& arguments) {
  running::Origin origin;
  origin.version = MPILOGIT_VERSION;
  origin.command = arguments.command().name;
  origin.files = arguments.positional();
  origin.note = note_from(arguments);
  for (const auto& [name, value] : arguments.all_given()) {
    if (recorded(find_option(arguments.command().command, name)))
      origin.options.emplace_back(name, value);
  }
  return origin;
}

std::vector<std::string> recorded_tokens(const running::Origin& origin,
                                         const std::vector<std::string>& files,
                                         const Arguments& shared) {
  const auto commands = all_commands();
  const auto command = std::find_if(commands.begin(), commands.end(),
                                    [&](const auto& info) { return info.name == origin.command; });
  const bool known = command != commands.end() &&
                     (command->command == kTrain || command->command == kCrossValidate);
  if (!known) {
    refuse_usage(
        &shared.command(),
        fmt::format("the model is of `{}`, not of train or cross-validate", origin.command));
  }
  std::vector<std::string> tokens = {origin.command};
  tokens.insert(tokens.end(), files.begin(), files.end());
  for (const auto& [name, value] : origin.options) {
    const auto options = all_options();
    const bool there =
        std::any_of(options.begin(), options.end(), [&, &wanted = name](const auto& o) {
          return o.name == wanted && (o.commands & command->command) != 0;
        });
    if (!there || !recorded(find_option(command->command, name))) {
      refuse_usage(&shared.command(),
                   fmt::format("the model's record has the option --{}, which {} does not take in "
                               "this version or no record holds",
                               name, origin.command));
    }
    tokens.push_back(token(command->command, name, value));
  }
  // How to read is for the command under way to decide.
  for (const auto& [name, value] : shared.all_given()) {
    if (!find_option(shared.command().command, name).of_reading) continue;
    tokens.push_back(token(command->command, name, value));
  }
  return tokens;
}

}  // namespace mpilogit::cli
