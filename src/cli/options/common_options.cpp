#include "cli/options/common_options.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"

namespace mpilogit::cli {

namespace {

data::ReadMode read_mode(const Arguments& arguments) {
  using enum data::ReadMode;
  return arguments.choice<data::ReadMode>("io", {{"auto", automatic},
                                                 {"collective", collective},
                                                 {"independent", independent},
                                                 {"posix", posix}});
}

}  // namespace

bool takes(const Arguments& arguments, std::string_view name) {
  const auto options = all_options();
  return std::any_of(options.begin(), options.end(), [&](const Option& option) {
    return option.name == name && (option.commands & arguments.command().command) != 0;
  });
}

data::Source source_from(const Arguments& arguments, std::size_t skip) {
  const auto& positional = arguments.positional();
  if (positional.size() <= skip) {
    refuse_usage(&arguments.command(),
                 fmt::format("a file is missing: mpilogit {} {}", arguments.command().name,
                             arguments.command().positional));
  }
  return source_of(arguments,
                   {positional.begin() + static_cast<std::ptrdiff_t>(skip), positional.end()});
}

data::Source source_of(const Arguments& arguments, std::vector<std::string> files) {
  data::Source source;
  source.files = std::move(files);
  source.features = arguments.text("features");
  source.labels = std::nullopt;
  if (takes(arguments, "labels")) source.labels = arguments.text("labels");
  if (takes(arguments, "weights")) source.weights = arguments.text_if_given("weights");
  if (takes(arguments, "trials")) source.trials = arguments.text_if_given("trials");
  if (takes(arguments, "clusters")) source.groups = arguments.text_if_given("clusters");
  if (takes(arguments, "groups")) source.groups = arguments.text_if_given("groups");
  if (takes(arguments, "offsets")) source.offsets = arguments.text_if_given("offsets");
  source.mode = read_mode(arguments);
  source.allow_external = arguments.flag("allow-external");
  if (arguments.text("memory") != "auto") source.memory.of_host = arguments.bytes("memory");
  return source;
}

int threads_from(const Arguments& arguments, int automatic) {
  if (arguments.text("threads") == "auto") return automatic;
  constexpr std::int64_t kMost = 4096;
  return static_cast<int>(arguments.integer("threads", 1, kMost));
}

double stall_timeout_from(const Arguments& arguments) {
  constexpr double kLeast = 1.0;  // below, a busy machine looks like a silent rank
  const double seconds = arguments.seconds("stall-timeout");
  if (seconds > 0.0 && seconds < kLeast) {
    refuse_usage(&arguments.command(),
                 fmt::format("--stall-timeout is '{}', neither 0 nor at least 1 s",
                             arguments.text("stall-timeout")));
  }
  return seconds;
}

std::optional<std::string> record_path(const Arguments& arguments,
                                       const comm::Communicator& communicator) {
  const auto path = arguments.text_if_given("json");
  if (!path) return std::nullopt;
  comm::on_root(communicator, [&] {
    core::require_writable(*path);
    return std::string();
  });
  return path;
}

}  // namespace mpilogit::cli
