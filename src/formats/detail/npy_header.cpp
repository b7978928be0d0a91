#include "formats/detail/npy_header.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

namespace mpilogit::formats {

namespace {

/// What is left of the text, and whether all was well so far.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(std::string_view wanted) {
    skip_blanks();
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }

  std::optional<std::string> quoted() {
    skip_blanks();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string result(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return result;
  }

  // "[...]", with what is within.
  std::optional<std::string> bracketed() {
    skip_blanks();
    int depth = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '[') ++depth;
      if (text_[i] == ']') --depth;
      if (depth > 0) continue;
      if (text_[0] != '[') return std::nullopt;
      const std::string result(text_.substr(0, i + 1));
      text_.remove_prefix(i + 1);
      return result;
    }
    return std::nullopt;
  }

  std::optional<std::int64_t> whole_number() {
    skip_blanks();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc() || number < 0) return std::nullopt;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return number;
  }

  // "(3, 4)", "(3,)", "()"; of Python 2 also "(3L, 4L)".
  std::optional<std::vector<std::int64_t>> tuple() {
    std::vector<std::int64_t> numbers;
    if (!take("(")) return std::nullopt;
    while (!take(")")) {
      const auto number = whole_number();
      if (!number) return std::nullopt;
      numbers.push_back(*number);
      if (text_.starts_with('L')) text_.remove_prefix(1);
      if (!take(",") && !text_.starts_with(")")) return std::nullopt;
    }
    return numbers;
  }

  bool at_end() {
    skip_blanks();
    return text_.empty();
  }

 private:
  void skip_blanks() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n')) text_.remove_prefix(1);
  }

  std::string_view text_;
};

}  // namespace

std::optional<NpyHeader> parse_npy_header(const std::string& text) {
  Scanner scanner(text);
  NpyHeader header;
  bool typed = false;
  bool ordered = false;
  bool shaped = false;
  if (!scanner.take("{")) return std::nullopt;
  while (!scanner.take("}")) {
    const auto key = scanner.quoted();
    if (!key || !scanner.take(":")) return std::nullopt;
    if (*key == "descr") {
      auto type = scanner.quoted();
      if (!type) type = scanner.bracketed();
      if (!type) return std::nullopt;
      header.type = *type;
      typed = true;
    } else if (*key == "fortran_order") {
      header.fortran_order = scanner.take("True");
      ordered = header.fortran_order || scanner.take("False");
    } else if (*key == "shape") {
      const auto shape = scanner.tuple();
      if (!shape) return std::nullopt;
      header.shape = *shape;
      shaped = true;
    } else {
      return std::nullopt;
    }
    scanner.take(",");
  }
  if (!typed || !ordered || !shaped || !scanner.at_end()) return std::nullopt;
  return header;
}

}  // namespace mpilogit::formats
