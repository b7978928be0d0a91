#include "exporting/forms/texts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/parse_json.hpp"

namespace mpilogit::exporting {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string escaped_in_xml(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\t':
    case '\n':
    case '\r':  // a reader would make them spaces
      return fmt::format("&#{};", static_cast<int>(c));
    default:
      return std::string(1, c);
  }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string number_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string json_text(std::string_view text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string utf8(std::string_view text) {
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), ascii)) return std::string(text);  // most are
  return core::parse_json<nlohmann::json>(json_text(text)).get<std::string>();
}

std::string c_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '?';
    // Three octal digits are an escape whatever follows; hexadecimal ones would go on.
    result += plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return result + "\"";
}

// XML 1.0 has no control characters but three, not even escaped ones.
std::string in_xml(std::string_view text) {
  std::string result;
  for (const char c : utf8(text)) {
    const bool held = static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
    result += held ? std::string(1, c) : std::string(kReplacement);
  }
  replace_all(result, "\xEF\xBF\xBE", kReplacement);  // U+FFFE and U+FFFF are no characters
  replace_all(result, "\xEF\xBF\xBF", kReplacement);
  return result;
}

std::string xml_text(std::string_view text) {
  std::string result;
  for (const char c : in_xml(text)) result += escaped_in_xml(c);
  return result;
}

std::string identifier(std::string_view text) {
  std::string result(text);
  std::replace_if(
      result.begin(), result.end(), [](char c) { return !is_letter(c) && !is_digit(c); }, '_');
  return result.empty() || is_digit(result.front()) ? "_" + result : result;
}

// Each place is filled once: what stands there may hold an @ of its own.
std::string filled(std::string_view text,
                   std::span<const std::pair<std::string, std::string>> values) {
  std::string result;
  while (true) {
    const std::size_t from = text.find('@');
    result += text.substr(0, from);
    if (from == std::string_view::npos) return result;
    const std::size_t to = text.find('@', from + 1);
    const std::string_view key = text.substr(from + 1, to - from - 1);
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const auto& value) { return value.first == key; });
    if (found == values.end()) throw core::internal_failure("nothing fills " + std::string(key));
    result += found->second;
    text.remove_prefix(to + 1);
  }
}

std::string UniqueNames::claim(const std::string& wanted) {
  const std::string base = wanted.empty() ? "unnamed" : wanted;
  std::string name = base;
  int& number = last_number_.try_emplace(base, 1).first->second;
  while (!taken_.insert(name).second) name = fmt::format("{}_{}", base, ++number);
  return name;
}

}  // namespace mpilogit::exporting
