#include "cli/commands/trial_run.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <new>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/commands/own_files.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/named_files.hpp"
#include "cli/run.hpp"
#include "comm/agreement.hpp"
#include "core/child_process.hpp"
#include "core/error.hpp"
#include "core/function_ref.hpp"
#include "core/text_file.hpp"
#include "core/units.hpp"
#include "data/trial_read.hpp"
#include "hdf5/file.hpp"
#include "hdf5/references.hpp"
#include "model/model_file.hpp"
#include "model/path_file.hpp"

namespace mpilogit::cli {

namespace {

constexpr const char* kTrialRun = "--trial-run";
constexpr int kTrialDone = 0;
constexpr int kTooMuchMemory = 3;

// Those that may be HDF5, each once.
std::vector<std::string> input_files(const Arguments& arguments) {
  std::vector<std::string> files;
  const bool reads_hdf5 = takes(arguments, "trust-input");  // imports take texts, but for --like
  for (const auto& file : files_read(arguments)) {
    if (!file.there() || file.option == "config") continue;
    if (reads_hdf5 || file.option == "like") files.push_back(file.path);
  }
  return files;
}

// HDF5 files that will be looked at before they are replaced.
std::vector<std::string> files_to_replace(const Arguments& arguments) {
  std::vector<std::string> files;
  if (arguments.flag("overwrite")) return files;
  for (const auto& file : files_written(arguments)) {
    if (file.there() && is_hdf5_file(file.path)) files.push_back(file.path);
  }
  return files;
}

std::int64_t size_of(const std::vector<std::string>& files) {
  std::int64_t bytes = 0;
  for (const auto& file : files) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (!failure) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

core::Error refused(const std::string& file, const std::string& what, const std::string& why) {
  return core::bad_input({.what = what,
                          .where = file,
                          .why = why,
                          .remedy = "Write it again. (A process apart read it before this job; "
                                    "--trust-input does without that)"});
}

// The last file that it named is the one that it was reading.
std::string file_of(const core::ChildEnd& end) {
  if (end.output.empty()) return {};
  const std::size_t last = end.output.size() - 1;
  const std::size_t before = end.output.rfind('\n', last - 1);
  const std::size_t first = before == std::string::npos ? 0 : before + 1;
  return end.output.substr(first, last - first);
}

void judge(const core::ChildEnd& end) {
  if (end.signal == 0 && end.code == kTrialDone) return;
  const std::string file = file_of(end);
  if (end.code == kTooMuchMemory) {
    throw refused(file, "its description does not fit into memory",
                  "the file is damaged, or was made to do harm");
  }
  if (end.signal == SIGXCPU || end.signal == SIGKILL) {
    throw refused(file, "HDF5 did not come to an end with it",
                  "the file is damaged, or was made to do harm");
  }
  throw refused(file,
                fmt::format("HDF5 crashed over this file ({})",
                            end.signal == 0 ? fmt::format("exit code {}", end.code)
                                            : ::strsignal(end.signal)),
                "the file is damaged, or was made to do harm");
}

bool tells_of_memory(const std::string& message) {
  return message.find("memory allocation failed") != std::string::npos;
}

// `names`: further data sets that the command may read.
void read_one(data::Source source, const std::vector<std::string>& names, data::MayRead may_read,
              const std::string& file) {
  if (model::is_model(file)) {
    model::read_model(file);
  } else if (model::is_path(file)) {
    model::read_path(file);
  } else {
    const hdf5::File opened = hdf5::File::open(file);
    for (const auto& name : names) {
      if (opened.contains(name)) hdf5::read_doubles(opened, name);
    }
    source.files = {file};
    if (source.labels && !opened.contains(*source.labels)) source.labels = std::nullopt;
    data::trial_read(source, may_read);
  }
}

// Whatever else is wrong with the file, these are looked up.
void rehearse_sources(const std::string& file) {
  try {
    hdf5::virtual_source_files(hdf5::File::open(file));
  } catch (const core::Error&) {
    // The command will say it.
  }
}

// What is merely wrong is no matter here: the command will say it in its own words.
int read_all(const std::vector<std::string>& files,
             core::FunctionRef<void(const std::string&)> read) {
  for (const auto& file : files) {
    const std::string line = file + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return kTrialDone;
    try {
      read(file);
    } catch (const core::Error& error) {
      if (tells_of_memory(error.what())) return kTooMuchMemory;
    } catch (const std::bad_alloc&) {
      return kTooMuchMemory;
    }
  }
  return kTrialDone;
}

// What the trial run may take: memory and computing for the files' descriptions, then for each
// piece of values. It ends long before a watchdog takes rank 0, which waits for it, for silent.
class Allowance {
 public:
  Allowance(std::int64_t file_bytes, double stall_timeout) : file_bytes_(file_bytes) {
    constexpr std::int64_t kBytesPerSecond = std::int64_t{1} << 26;
    if (stall_timeout > 0.0) seconds_ = std::min(seconds_, stall_timeout / 2);
    core::limit_this_process(kLeast + 4 * file_bytes_, 1 + file_bytes_ / kBytesPerSecond);
  }

  bool reaches_for(std::int64_t bytes) const {
    constexpr std::int64_t kBytesPerSecond = std::int64_t{1} << 24;
    core::limit_this_process(kLeast + 4 * file_bytes_ + bytes, 4 + bytes / kBytesPerSecond);
    return watch_.seconds() < seconds_;
  }

 private:
  static constexpr std::int64_t kLeast = std::int64_t{1} << 30;

  std::int64_t file_bytes_;
  double seconds_ = 60.0;
  core::Stopwatch watch_;
};

std::vector<std::string> feature_values(const Arguments& arguments) {
  std::vector<std::string> names;
  for (const Option& option : all_options()) {
    if (option.names != Names::values_of_features || !takes(arguments, option.name)) continue;
    if (const auto name = arguments.text_if_given(option.name)) names.push_back(*name);
  }
  return names;
}

Arguments parse(std::span<const std::string> tokens) {
  for (const auto& command : all_commands()) {
    if (command.name != tokens.front()) continue;
    Arguments arguments = Arguments::parse(command, tokens.subspan(1));
    if (arguments.given("config")) {
      const std::string path = arguments.text("config");
      arguments.add_config(path, core::read_file(path).value_or(""));
    }
    return arguments;
  }
  throw core::internal_failure("there is no command to try");
}

}  // namespace

void try_inputs(const Arguments& arguments, std::span<const std::string> tokens,
                const comm::Communicator& communicator) {
  if (takes(arguments, "trust-input") && arguments.flag("trust-input")) return;
  comm::on_root(communicator, [&] {
    const std::vector<std::string> replaced = files_to_replace(arguments);
    if (replaced.empty() && input_files(arguments).empty()) return std::string();
    std::vector<std::string> command = {kTrialRun};
    command.insert(command.end(), tokens.begin(), tokens.end());
    // Where no process may be started, there is none.
    if (const auto end = core::run_this_program(command)) judge(*end);
    return std::string();
  });
}

bool is_trial_run(std::span<const std::string> arguments) {
  return arguments.size() > 1 && arguments.front() == kTrialRun;
}

// Metadata take little; models and small data sets are read whole, some of it several times.
int trial_run(std::span<const std::string> tokens) {
  try {
    core::end_with_parent();
    // HDF5 looks up texts in tables that it has not filled: what it finds there must not depend on
    // what was in memory before, or this process lives where the job crashes.
    core::spoil_unset_memory();
    hdf5::keep_no_memory();
    const Arguments arguments = parse(tokens.subspan(1));
    const std::vector<std::string> files = input_files(arguments);
    const std::vector<std::string> replaced = files_to_replace(arguments);
    Allowance allowance(size_of(files) + size_of(replaced), stall_timeout_from(arguments));
    data::Source source;
    if (takes(arguments, "features")) source = source_of(arguments, files);
    if (takes(arguments, "by")) source.groups = arguments.text_if_given("by");
    if (takes(arguments, "allow-plugins") && arguments.flag("allow-plugins")) {
      hdf5::allow_plugins();
    }
    const bool sources_wanted = replaces_files(arguments);
    const int inputs = read_all(files, [&](const std::string& file) {
      if (sources_wanted) rehearse_sources(file);
      read_one(
          source, feature_values(arguments),
          [&](std::int64_t bytes) { return allowance.reaches_for(bytes); }, file);
    });
    if (inputs != kTrialDone) return inputs;
    return read_all(replaced, [](const std::string& file) { kind_of_file(file); });
  } catch (const core::Error&) {
    return kTrialDone;
  }
}

}  // namespace mpilogit::cli
