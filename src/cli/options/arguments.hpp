#pragma once
// A parsed command line: typed access, with errors that name option, value and remedy.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options/option_table.hpp"

namespace mpilogit::cli {

class Arguments {
 public:
  /// `tokens`: what follows the command's name. Throws bad input for what the command does not
  /// know.
  static Arguments parse(const CommandInfo& command, std::span<const std::string> tokens);

  /// Adds the options of a configuration file that the command line did not give.
  void add_config(const std::string& path, const std::string& contents);

  const CommandInfo& command() const { return *command_; }
  const std::vector<std::string>& positional() const { return positional_; }

  /// Whether the user gave it, by command line or configuration file.
  bool given(std::string_view option) const;
  /// What was given, else the table's default.
  std::string text(std::string_view option) const;
  std::optional<std::string> text_if_given(std::string_view option) const;
  bool flag(std::string_view option) const;

  /// Throws if the option was not given.
  std::string required(std::string_view option) const;
  /// A finite number ≥ 0.
  double number(std::string_view option) const;
  /// A finite number > 0.
  double positive(std::string_view option) const;
  /// A length of time ≥ 0: "90", "90s", "1.5m", "2h".
  double seconds(std::string_view option) const;
  /// An amount of memory, in bytes.
  std::int64_t bytes(std::string_view option) const;
  /// A number from 0 to 1; or several, separated by commas.
  double share(std::string_view option) const;
  std::vector<double> shares(std::string_view option) const;
  /// A whole number from `smallest` to `largest`.
  std::int64_t integer(std::string_view option, std::int64_t smallest,
                       std::int64_t largest = std::numeric_limits<std::int64_t>::max()) const;
  /// What one of these words stands for.
  template <class Value>
  Value choice(std::string_view option,
               std::initializer_list<std::pair<std::string_view, Value>> words) const {
    const std::string given_text = text(option);
    std::vector<std::string_view> known;
    for (const auto& [word, value] : words) {
      if (given_text == word) return value;
      known.push_back(word);
    }
    refuse_choice(option, known);
  }

  /// Throws if both were given.
  void refuse_together(std::string_view one, std::string_view other) const;
  /// Throws if an option was given without another that it needs.
  void require_needed() const;

  /// Throws if an option was given that is not for this solver.
  void require_applicable(std::string_view solver) const;
  /// Throws if an option was given that is not for this form of the command.
  void require_of_form(std::string_view form) const;

  /// All that was given, by name.
  const std::map<std::string, std::string, std::less<>>& all_given() const { return values_; }
  /// Likewise, in one line: for comparing ranks.
  std::string canonical() const;

 private:
  [[noreturn]] void refuse_choice(std::string_view option,
                                  const std::vector<std::string_view>& known) const;

  const CommandInfo* command_ = nullptr;
  std::vector<std::string> positional_;
  std::map<std::string, std::string, std::less<>> values_;
};

/// Whether the whole text spells a number, be it finite or not.
bool is_number(const std::string& text);

/// Whether the text spells +∞: inf or infinity, in any case of letters.
bool is_infinite(const std::string& text);

/// The whole text as a finite number; nothing if it is none.
std::optional<double> finite_number(const std::string& text);

/// What stands between commas. An item that begins with ' or " goes on to the same character, so
/// that it may hold commas: "'a, b'=2,c=1" is {"a, b=2", "c=1"}. Without its end it begins nothing.
std::vector<std::string> split_quoted(const std::string& list);

/// An error of usage: exit code 2, with a pointer to the command's help.
[[noreturn]] void refuse_usage(const CommandInfo* command, const std::string& what);

}  // namespace mpilogit::cli
