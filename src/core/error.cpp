#include "core/error.hpp"

namespace mpilogit::core {

namespace {

// What a message quotes may come from a stranger's file: it may be endless, and what controls a
// terminal or begins a second line stays out.
std::string quotable(std::string text) {
  constexpr std::size_t kMost = 500;
  if (text.size() > kMost) {
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // UTF-8
    text = text.substr(0, end) + "…";
  }
  for (char& character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code < 0x20 || code == 0x7F) character = '?';
  }
  return text;
}

}  // namespace

std::string to_message(const Explanation& explanation) {
  std::string message;
  if (!explanation.where.empty()) message += explanation.where + ": ";
  message += quotable(explanation.what);
  if (!explanation.why.empty()) message += "; " + quotable(explanation.why);
  if (!explanation.remedy.empty()) message += ". " + explanation.remedy;
  return message;
}

Error bad_input(const Explanation& explanation) {
  return Error(ExitCode::bad_input, to_message(explanation));
}

Error agreed_bad_input(const Explanation& explanation) {
  return bad_input(explanation).as_agreed();
}

Error internal_failure(std::string_view what) {
  return Error(ExitCode::internal_failure, "internal failure: " + std::string(what));
}

}  // namespace mpilogit::core
