// Help texts and the option reference, all from the one table.

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/options/option_table.hpp"
#include "core/units.hpp"
#include "exporting/export.hpp"
#include "problem/solver_registry.hpp"

namespace mpilogit::cli {

namespace {

constexpr std::size_t kTextColumn = 26;
constexpr std::size_t kLineLength = 98;

std::string spelling(const Option& option) {
  switch (option.kind) {
    case OptionKind::value:
      return fmt::format("--{} {}", option.name, option.argument);
    case OptionKind::optional_value:
      return fmt::format("--{}[={}]", option.name, option.argument);
    case OptionKind::flag:
      break;
  }
  return fmt::format("--{}", option.name);
}

std::string default_of(const Option& option) {
  if (option.kind == OptionKind::optional_value) {
    return fmt::format("off; bare: {}", option.fallback);
  }
  return std::string(option.fallback);
}

// "csv, libsvm".
std::string forms_of(const Option& option) {
  std::string list;
  for (const char letter : option.forms) list += letter == ' ' ? ", " : std::string(1, letter);
  return list;
}

// What other tables say better is in braces.
std::string help_of(const Option& option) {
  std::string text(option.help);
  const std::array<std::pair<std::string_view, std::string>, 4> words = {{
      {"{forms}", core::enumerated(exporting::form_names(), "or")},
      {"{solvers}", problem::describe_solvers(false)},
      {"{solvers of sequences}", problem::describe_solvers(true)},
      {"{iterations}", problem::describe_iterations()},
  }};
  for (const auto& [word, meaning] : words) {
    const std::size_t at = text.find(word);
    if (at != std::string::npos) text.replace(at, word.size(), meaning);
  }
  return text;
}

std::string description(const Option& option) {
  std::string text = help_of(option);
  const std::string fallback = default_of(option);
  if (!fallback.empty()) text += fmt::format(" [{}]", fallback);
  if (!option.solvers.empty()) text += fmt::format(" (only with --solver {})", option.solvers);
  if (!option.forms.empty()) text += fmt::format(" (only of {})", forms_of(option));
  return text;
}

// Words of `text` in lines, each indented to the column of the texts.
std::string wrapped(const std::string& text) {
  std::string result;
  std::size_t column = kTextColumn;
  std::size_t first = 0;
  while (first < text.size()) {
    const std::size_t last = std::min(text.find(' ', first), text.size());
    const std::size_t length = last - first;
    if (column > kTextColumn && column + 1 + length > kLineLength) {
      result += "\n" + std::string(kTextColumn, ' ');
      column = kTextColumn;
    } else if (column > kTextColumn) {
      result += ' ';
      ++column;
    }
    result += text.substr(first, length);
    column += length;
    first = last + 1;
  }
  return result;
}

std::string commands_of(const Option& option) {
  std::string names;
  for (const auto& command : all_commands()) {
    if ((option.commands & command.command) != 0) {
      names += (names.empty() ? "" : ", ") + std::string(command.name);
    }
  }
  return names;
}

}  // namespace

std::string command_help(const CommandInfo& command) {
  std::string text = fmt::format("usage: mpilogit {} {} [options]\n\n{}\n\noptions:\n",
                                 command.name, command.positional, command.help);
  for (const auto& option : all_options()) {
    if ((option.commands & command.command) == 0) continue;
    const std::string left = "  " + spelling(option);
    text += left;
    text += left.size() + 1 < kTextColumn ? std::string(kTextColumn - left.size(), ' ')
                                          : "\n" + std::string(kTextColumn, ' ');
    text += wrapped(description(option)) + "\n";
  }
  return text;
}

std::string program_help() {
  std::string text =
      "mpilogit: logistic regression over MPI, to the same bits on any number of ranks\n\n"
      "usage: mpilogit COMMAND ... [options]\n"
      "       mpirun -n 4 mpilogit COMMAND ... [options]\n\ncommands:\n";
  for (const auto& command : all_commands()) {
    text += fmt::format("  {:<16}{}\n", command.name, command.help);
  }
  text +=
      "\n`mpilogit COMMAND --help` shows a command's options; `mpilogit --version` the version.\n";
  return text;
}

std::string markdown_reference() {
  std::string text =
      "# Options\n\nWritten by `mpilogit --options-markdown` from the table that the program "
      "parses "
      "by; a test compares the two.\n\n";
  for (const auto& command : all_commands()) {
    text +=
        fmt::format("- `mpilogit {} {}` — {}\n", command.name, command.positional, command.help);
  }
  text += "\n| option | default | commands | what it does |\n|---|---|---|---|\n";
  for (const auto& option : all_options()) {
    std::string help = help_of(option);
    if (!option.solvers.empty()) help += fmt::format(" (only with `--solver {}`)", option.solvers);
    if (!option.forms.empty()) help += fmt::format(" (only of {})", forms_of(option));
    text += fmt::format("| `{}` | {} | {} | {} |\n", spelling(option), default_of(option),
                        commands_of(option), help);
  }
  return text;
}

}  // namespace mpilogit::cli
