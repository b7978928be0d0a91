#include "cli/options/recorded_arguments.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "cli/options/common_options.hpp"
#include "mpilogit/version.h"

namespace mpilogit::cli {

namespace {

// What a stranger's record must not decide, although it may change what is read.
constexpr std::array<std::string_view, 3> kNotRecorded = {"allow-external", "allow-plugins",
                                                          "trust-input"};

// Of reading, which the command under way decides.
constexpr std::array<std::string_view, 7> kShared = {
    "io", "memory", "allow-external", "allow-plugins", "trust-input", "threads", "stall-timeout"};

// Not where results go, how they are shown, how data is read. The instruction set has an entry of
// its own in records.
bool recorded(const Option& option) {
  return option.changes_result &&
         std::find(kNotRecorded.begin(), kNotRecorded.end(), option.name) == kNotRecorded.end();
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
  for (const auto name : kShared) {
    if (!shared.given(name)) continue;
    tokens.push_back(token(command->command, std::string(name), shared.text(name)));
  }
  return tokens;
}

}  // namespace mpilogit::cli
