#include "cli/commands/overwriting.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/commands/own_files.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/named_files.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"
#include "hdf5/file.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::cli {

namespace {

/// A file with what it is compared by; looked up once, for there may be thousands on a slow disk.
struct KnownFile {
  NamedFile named;
  std::optional<core::FileIdentity> identity;

  bool is(const KnownFile& other) const { return identity && identity == other.identity; }
};

std::vector<KnownFile> looked_up(std::vector<NamedFile> files) {
  std::vector<KnownFile> known;
  for (auto& file : files) {
    auto identity = core::identity_of(file.path);
    known.push_back({std::move(file), std::move(identity)});
  }
  return known;
}

// "--output p.h5", and the name that was given where it is another.
std::string described(const Arguments& arguments, const NamedFile& file) {
  const bool derived = arguments.text(file.option) != file.path;
  return fmt::format(
      "--{} {}", file.option,
      derived ? fmt::format("{} (with {})", arguments.text(file.option), file.path) : file.path);
}

[[noreturn]] void refuse_input(const Arguments& arguments, const NamedFile& output,
                               const NamedFile& input) {
  std::string by = input.option.empty() ? "" : " with --" + input.option;
  if (input.path != output.path) by += ", as " + input.path;
  refuse_usage(
      &arguments.command(),
      output.appended
          ? fmt::format("--{} names a file that is read: {}{}", output.option, output.path, by)
          : fmt::format("{} is a file that is read{}", described(arguments, output), by));
}

// The later one of the option table first, as in "--json and --model".
[[noreturn]] void refuse_output(const Arguments& arguments, const NamedFile& one,
                                const NamedFile& other) {
  std::string spelt;
  if (one.path != arguments.text(one.option) || other.path != arguments.text(other.option) ||
      one.path != other.path) {
    spelt = fmt::format(": {} and {}", one.path, other.path);
  }
  refuse_usage(&arguments.command(),
               fmt::format("--{} and --{} are one file{}", one.option, other.option, spelt));
}

void compare_outputs(const Arguments& arguments, const std::vector<KnownFile>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (outputs[i].is(outputs[k])) refuse_output(arguments, outputs[i].named, outputs[k].named);
    }
  }
}

// What is printed into a file that is then replaced is lost. Events may stand among it.
void compare_streams(const Arguments& arguments, const std::vector<KnownFile>& outputs) {
  const std::array<std::pair<const char*, const char*>, 2> streams = {
      {{"/dev/stdout", "standard output"}, {"/dev/stderr", "standard error"}}};
  for (const auto& [path, name] : streams) {
    const KnownFile printed{{path, {}}, core::identity_of(path)};
    for (const auto& output : outputs) {
      if (output.named.appended || !output.is(printed)) continue;
      refuse_usage(&arguments.command(),
                   fmt::format("--{} and {} are one file", output.named.option, name));
    }
  }
}

// What a run that was killed has left is removed by the next one, unless that reads it.
void require_not_cleared_away(const Arguments& arguments, const NamedFile& output,
                              const NamedFile& input) {
  const std::filesystem::path read(core::target_of(input.path));
  const std::filesystem::path written(core::target_of(output.path));
  if (!core::is_temporary_of(read.filename().string(), written.filename().string())) return;
  std::error_code failure;
  const auto folder_of = [](const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  };
  if (!std::filesystem::equivalent(folder_of(read), folder_of(written), failure)) return;
  refuse_usage(&arguments.command(),
               fmt::format("'{}' would be cleared away: it has the name of a temporary file of "
                           "--{}. Rename it",
                           input.path, output.option));
}

void compare_inputs(const Arguments& arguments, const std::vector<KnownFile>& outputs,
                    const std::vector<KnownFile>& inputs) {
  for (const auto& output : outputs) {
    for (const auto& input : inputs) {
      if (output.is(input)) refuse_input(arguments, output.named, input.named);
      require_not_cleared_away(arguments, output.named, input.named);
    }
  }
}

// What is wrong with an input, the command says in its own words.
std::set<std::string> sources_of(const std::string& input) {
  if (!is_hdf5_file(input)) return {};
  try {
    const auto sources = hdf5::virtual_source_files(hdf5::File::open(input));
    return {sources.begin(), sources.end()};
  } catch (const core::Error&) {
    return {};
  }
}

// A file that is not there yet is no part of anything.
void compare_sources(const Arguments& arguments, const std::vector<KnownFile>& outputs) {
  for (const auto& input : files_read(arguments)) {
    for (const auto& source : sources_of(input.path)) {
      const KnownFile part{{source, {}}, core::identity_of(source)};
      for (const auto& output : outputs) {
        if (!output.is(part)) continue;
        refuse_usage(&arguments.command(),
                     fmt::format("{} is a file that is read, for a virtual data set of {}",
                                 described(arguments, output.named), input.path));
      }
    }
  }
}

// Events have a rule of their own: they replace nothing.
void require_own(const NamedFile& output) {
  if (output.appended || !output.there()) return;
  const FileKind kind = kind_of_file(output.path);
  const bool checkpoint = output.option == "checkpoint";
  if (kind.maker == Maker::nobody) return;
  if (checkpoint ? kind.checkpoint : kind.maker == Maker::mpilogit) return;
  throw core::bad_input(
      {.what = fmt::format("there is a file that {}: it seems to be {}",
                           checkpoint ? "is no checkpoint" : "mpilogit did not write", kind.what),
       .where = output.path,
       .why = fmt::format("--{} would replace it", output.option),
       .remedy =
           fmt::format("Give --{} another path, or --overwrite to replace it", output.option)});
}

}  // namespace

void require_separate_files(const Arguments& arguments, const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    const std::vector<KnownFile> outputs = looked_up(files_written(arguments));
    compare_outputs(arguments, outputs);
    compare_streams(arguments, outputs);
    if (!outputs.empty()) compare_inputs(arguments, outputs, looked_up(files_read(arguments)));
    return std::string();
  });
}

void require_replaceable_files(const Arguments& arguments, const comm::Communicator& communicator) {
  comm::on_root(communicator, [&] {
    if (!replaces_files(arguments)) return std::string();
    const std::vector<KnownFile> outputs = looked_up(files_written(arguments));
    compare_sources(arguments, outputs);
    if (arguments.flag("overwrite")) return std::string();
    for (const auto& output : outputs) require_own(output.named);
    return std::string();
  });
}

}  // namespace mpilogit::cli
