#include "cli/options/checkpoint_arguments.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "cli/options/option_table.hpp"
#include "core/duration.hpp"
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
  for (const auto* option : {"checkpoint-every", "resume", "restart"}) {
    arguments.refuse_without(option, "checkpoint");
  }
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

}  // namespace mpilogit::cli
