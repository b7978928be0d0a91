#include "cli/options/named_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "running/checkpoint_file.hpp"

namespace mpilogit::cli {

namespace {

// `import` has the form of its files first.
std::size_t words_before_files(const Arguments& arguments) {
  const bool import = arguments.command().command == kImport;
  return import && !arguments.positional().empty() ? 1 : 0;
}

bool names_input(const Arguments& arguments, Names names) {
  if (names == Names::input) return true;
  return names == Names::input_or_array && !arguments.positional().empty() &&
         arguments.positional().front() == "npy";
}

// Of the option table's rows for this command, those that were given a name.
template <class Visitor>
void for_each_given(const Arguments& arguments, Visitor&& visit) {
  for (const Option& option : all_options()) {
    if ((option.commands & arguments.command().command) == 0) continue;
    // A name may have a row for each of several forms.
    if (&option != &find_option(arguments.command().command, option.name)) continue;
    const auto value = arguments.text_if_given(option.name);
    if (value && !value->empty()) visit(option, *value);
  }
}

}  // namespace

bool NamedFile::there() const {
  std::error_code failure;
  return std::filesystem::is_regular_file(path, failure);
}

std::vector<NamedFile> files_read(const Arguments& arguments) {
  std::vector<NamedFile> files;
  const auto& words = arguments.positional();
  for (std::size_t i = words_before_files(arguments); i < words.size(); ++i) {
    files.push_back({words[i], {}});
  }
  for_each_given(arguments, [&](const Option& option, const std::string& value) {
    if (names_input(arguments, option.names)) files.push_back({value, std::string(option.name)});
  });
  return files;
}

std::vector<NamedFile> files_written(const Arguments& arguments) {
  std::vector<NamedFile> files;
  for_each_given(arguments, [&](const Option& option, const std::string& value) {
    if (option.names != Names::output && option.names != Names::appended) return;
    files.push_back({value, std::string(option.name), option.names == Names::appended});
    if (option.name == "checkpoint") {
      files.push_back({running::previous_checkpoint(value), std::string(option.name)});
    }
  });
  return files;
}

bool replaces_files(const Arguments& arguments) {
  const std::vector<NamedFile> files = files_written(arguments);
  return std::any_of(files.begin(), files.end(),
                     [](const NamedFile& file) { return file.there(); });
}

}  // namespace mpilogit::cli
