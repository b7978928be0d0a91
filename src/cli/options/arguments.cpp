#include "cli/options/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/units.hpp"

namespace mpilogit::cli {

namespace {

namespace po = boost::program_options;

constexpr const char* kPositional = "positional";

// The command's part of the table, as Boost's description.
po::options_description describe(const CommandInfo& command) {
  po::options_description description;
  for (const auto& option : all_options()) {
    if ((option.commands & command.command) == 0) continue;
    auto* semantic = po::value<std::string>();
    if (option.kind == OptionKind::optional_value) {
      semantic->implicit_value(std::string(option.fallback));
    }
    if (option.kind == OptionKind::flag) semantic->implicit_value("true")->zero_tokens();
    description.add_options()(std::string(option.name).c_str(), semantic, "");
  }
  return description;
}

// Long options only, spelt out: an abbreviation that works today may be ambiguous tomorrow.
constexpr int kStyle = po::command_line_style::allow_long |
                       po::command_line_style::long_allow_adjacent |
                       po::command_line_style::long_allow_next;

template <class Number>
bool parse_whole(const std::string& text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && last == end;
}

}  // namespace

void refuse_usage(const CommandInfo* command, const std::string& what) {
  const std::string help =
      command == nullptr ? "mpilogit --help" : fmt::format("mpilogit {} --help", command->name);
  throw core::bad_input(
      {.what = what, .why = {}, .remedy = fmt::format("`{}` shows what there is", help)});
}

Arguments Arguments::parse(const CommandInfo& command, std::span<const std::string> tokens) {
  Arguments arguments;
  arguments.command_ = &command;
  po::options_description description = describe(command);
  description.add_options()(kPositional, po::value<std::vector<std::string>>(), "");
  po::positional_options_description positional;
  positional.add(kPositional, -1);
  po::variables_map map;
  try {
    po::store(po::command_line_parser(std::vector<std::string>(tokens.begin(), tokens.end()))
                  .options(description)
                  .positional(positional)
                  .style(kStyle)
                  .run(),
              map);
  } catch (const po::error& error) {
    refuse_usage(&command, error.what());
  }
  for (const auto& [name, value] : map) {
    if (name == kPositional) {
      arguments.positional_ = value.as<std::vector<std::string>>();
    } else {
      arguments.values_[name] = value.as<std::string>();
    }
  }
  return arguments;
}

void Arguments::add_config(const std::string& path, const std::string& contents) {
  po::variables_map map;
  try {
    std::istringstream stream(contents);
    po::store(po::parse_config_file(stream, describe(*command_)), map);
  } catch (const po::error& error) {
    refuse_usage(command_, path + ": " + error.what());
  }
  for (const auto& [name, value] : map) {
    const std::string text = value.as<std::string>();
    const bool is_flag = find_option(command_->command, name).kind == OptionKind::flag;
    if (name == "config" || name == "help") {
      refuse_usage(command_, path + ": '" + name + "' is for the command line only");
    }
    if (is_flag && text != "true" && text != "false") {
      refuse_usage(command_, path + ": '" + name + "' is true or false, not '" + text + "'");
    }
    if (is_flag && text == "false") continue;
    values_.try_emplace(name, text);
  }
}

bool Arguments::given(std::string_view option) const {
  return values_.find(option) != values_.end();
}

std::string Arguments::text(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::string(find_option(command_->command, option).fallback)
                                : found->second;
}

std::optional<std::string> Arguments::text_if_given(std::string_view option) const {
  return given(option) ? std::optional(text(option)) : std::nullopt;
}

bool Arguments::flag(std::string_view option) const {
  return given(option);
}

std::string Arguments::required(std::string_view option) const {
  if (!given(option)) {
    refuse_usage(command_, fmt::format("--{} {} is missing", option,
                                       find_option(command_->command, option).argument));
  }
  if (text(option).empty()) refuse_usage(command_, fmt::format("--{} is empty", option));
  return text(option);
}

bool is_number(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, value).ptr == end && !text.empty();
}

bool is_infinite(const std::string& text) {
  double value = 0.0;
  return parse_whole(text, value) && std::isinf(value) && value > 0.0;
}

std::optional<double> finite_number(const std::string& text) {
  double value = 0.0;
  if (!parse_whole(text, value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::vector<double> Arguments::shares(std::string_view option) const {
  std::vector<double> values;
  std::istringstream list(text(option));
  for (std::string item; std::getline(list, item, ',');) {
    const auto value = finite_number(item);
    if (!value || *value < 0.0 || *value > 1.0) {
      refuse_usage(command_, fmt::format("--{} is '{}', not between 0 and 1", option, item));
    }
    if (std::find(values.begin(), values.end(), *value) != values.end()) {
      refuse_usage(command_, fmt::format("--{} names {} twice", option, item));
    }
    values.push_back(*value);
  }
  if (values.empty()) refuse_usage(command_, fmt::format("--{} is empty", option));
  return values;
}

std::vector<std::string> split_quoted(const std::string& list) {
  std::vector<std::string> items(1);
  for (std::size_t at = 0; at < list.size(); ++at) {
    const char c = list[at];
    const bool quotes =
        items.back().empty() && (c == '\'' || c == '"') && (at == 0 || list[at - 1] == ',');
    const std::size_t end = quotes ? list.find(c, at + 1) : std::string::npos;
    if (end != std::string::npos) {
      items.back() = list.substr(at + 1, end - at - 1);
      at = end;
    } else if (c == ',') {
      items.emplace_back();
    } else {
      items.back() += c;
    }
  }
  if (items.size() > 1 && items.back().empty()) items.pop_back();  // after a last comma
  return items;
}

double Arguments::share(std::string_view option) const {
  const std::vector<double> values = shares(option);
  if (values.size() > 1) {
    refuse_usage(command_,
                 fmt::format("--{} takes one number here, not '{}'", option, text(option)));
  }
  return values.front();
}

double Arguments::number(std::string_view option) const {
  const auto value = finite_number(text(option));
  if (!value || *value < 0.0) {
    refuse_usage(command_,
                 fmt::format("--{} is '{}', not a number of at least 0", option, text(option)));
  }
  return *value;
}

double Arguments::positive(std::string_view option) const {
  const double value = number(option);
  if (value == 0.0) refuse_usage(command_, fmt::format("--{} is 0, not above 0", option));
  return value;
}

double Arguments::seconds(std::string_view option) const {
  const auto value = core::parse_seconds(text(option));
  if (!value) {
    refuse_usage(command_, fmt::format("--{} is '{}', not a time like 90, 90s, 1.5m or 2h", option,
                                       text(option)));
  }
  return *value;
}

std::int64_t Arguments::bytes(std::string_view option) const {
  const auto value = core::parse_bytes(text(option));
  if (!value) {
    refuse_usage(command_,
                 fmt::format("--{} is '{}', not an amount of memory like 512M, 4G or 1.5T", option,
                             text(option)));
  }
  return *value;
}

std::int64_t Arguments::integer(std::string_view option, std::int64_t smallest,
                                std::int64_t largest) const {
  const std::string given_text = text(option);
  std::int64_t value = 0;
  if (!parse_whole(given_text, value) || value < smallest) {
    refuse_usage(command_, fmt::format("--{} is '{}', not a whole number of at least {}", option,
                                       given_text, smallest));
  }
  if (value > largest) refuse_usage(command_, fmt::format("--{} is above {}", option, largest));
  return value;
}

void Arguments::refuse_choice(std::string_view option,
                              const std::vector<std::string_view>& known) const {
  refuse_usage(command_, fmt::format("--{} is '{}', not {}", option, text(option),
                                     core::enumerated(known, "or")));
}

void Arguments::refuse_together(std::string_view one, std::string_view other) const {
  if (given(one) && given(other)) {
    refuse_usage(command_, fmt::format("--{} and --{} contradict each other", one, other));
  }
}

void Arguments::require_needed() const {
  for (const auto& [name, value] : values_) {
    const Option& option = find_option(command_->command, name);
    if ((option.needing_commands & command_->command) == 0) continue;
    std::istringstream others{std::string(option.needs)};
    for (std::string needed; others >> needed;) {
      if (given(needed)) continue;
      refuse_usage(command_, fmt::format("--{} has no effect without --{}", name, needed));
    }
  }
}

void Arguments::require_applicable(std::string_view solver) const {
  for (const auto& [name, value] : values_) {
    const Option& option = find_option(command_->command, name);
    if (applies_to_solver(option, solver)) continue;
    refuse_usage(command_, fmt::format("--{} has no effect with --solver {}; it is for {}", name,
                                       solver, option.solvers));
  }
}

void Arguments::require_of_form(std::string_view form) const {
  for (const auto& [name, value] : values_) {
    const Option& option = find_option(command_->command, name);
    if (applies_to_form(option, form)) continue;
    refuse_usage(command_, fmt::format("--{} has no effect with `{} {}`; it is for {}", name,
                                       command_->name, form, option.forms));
  }
}

std::string Arguments::canonical() const {
  std::string line(command_->name);
  for (const auto& file : positional_) line += " " + file;
  for (const auto& [name, value] : values_) line += fmt::format(" --{}={}", name, value);
  return line;
}

}  // namespace mpilogit::cli
