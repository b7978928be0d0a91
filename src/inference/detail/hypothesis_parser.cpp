#include "inference/detail/hypothesis_parser.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::inference {

namespace {

constexpr std::string_view kIntercept = "(intercept)";

bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80U;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool continues_word(char c) {
  return starts_word(c) || is_digit(c) || c == '.' || c == ':' || c == '^';
}

class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  std::vector<ParsedTest> tests() {
    std::vector<ParsedTest> all;
    do {
      skip_spaces();
      const std::size_t first = at_;
      ParsedTest test;
      do {
        test.equations.push_back(equation());
      } while (take(','));
      test.text = trimmed(first);
      all.push_back(std::move(test));
    } while (take(';'));
    if (at_ < text_.size()) fail("is not understood", "',' or ';' or the end was expected");
    return all;
  }

  std::vector<CoefficientName> names() {
    std::vector<CoefficientName> all;
    do {
      skip_spaces();
      all.push_back(name());
    } while (take(','));
    if (at_ < text_.size()) fail("is not understood", "',' or the end was expected");
    return all;
  }

 private:
  Equation equation() {
    skip_spaces();
    Equation equation;
    equation.place = at_;
    sum(1.0, equation.summands);
    if (!take('=')) fail("has no '=' there", "a hypothesis is an equation such as age = 0");
    sum(-1.0, equation.summands);
    if (peek() == '=') fail("has another '='", "an equation has one");
    equation.text = trimmed(equation.place);
    return equation;
  }

  void sum(double sign, std::vector<Summand>& summands) {
    double next = take('-') ? -sign : sign;
    if (next == sign) take('+');
    while (true) {
      summands.push_back(term(next));
      if (take('+')) {
        next = sign;
      } else if (take('-')) {
        next = -sign;
      } else {
        return;
      }
    }
  }

  Summand term(double sign) {
    const char c = peek();
    if (is_digit(c) || c == '.') {
      const double factor = sign * number();
      if (!take('*')) return {factor, std::nullopt};
      return {factor, name()};
    }
    const CoefficientName coefficient = name();
    return {take('*') ? sign * number() : sign, coefficient};
  }

  double number() {
    skip_spaces();
    double value = 0.0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value) || !(is_digit(*begin) || *begin == '.')) {
      fail("is no number", "a factor is a number such as 2 or 0.5");
    }
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

  CoefficientName name() {
    CoefficientName name;
    name.intercept = peek() == '(' && text_.compare(at_, kIntercept.size(), kIntercept) == 0;
    name.place = at_;
    if (name.intercept) {
      at_ += kIntercept.size();
    } else if (peek() == '\'') {
      name.feature = quoted();
    } else if (at_ < text_.size() && starts_word(peek())) {
      while (at_ < text_.size() && continues_word(text_[at_])) name.feature += text_[at_++];
    } else {
      fail(at_ < text_.size() ? "is not understood" : "ends too early",
           "a number, a feature's name or (intercept) was expected; names with other characters "
           "stand in 'quotes'");
    }
    if (take('[')) name.of_class = class_name();
    return name;
  }

  std::string class_name() {
    std::string name;
    if (peek() == '\'') {
      name = quoted();
    } else {
      const std::size_t end = std::min(text_.find(']', at_), text_.size());
      name = text_.substr(at_, end - at_);
      at_ = end;
      name.erase(name.find_last_not_of(' ') + 1);
    }
    if (!take(']')) fail("has no ']' there", "a class stands in brackets: age[yes]");
    return name;
  }

  std::string quoted() {
    const std::size_t first = at_++;
    std::string name;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != '\'') {
        name += c;
      } else if (at_ < text_.size() && text_[at_] == '\'') {
        name += text_[at_++];
      } else {
        return name;
      }
    }
    at_ = first;
    fail("begins a name that does not end", "a quoted name ends with a quote");
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  // The next character that is no space; '\0' at the end.
  char peek() {
    skip_spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char wanted) {
    if (at_ >= text_.size() || peek() != wanted) return false;
    ++at_;
    return true;
  }

  // From `first` to here.
  std::string trimmed(std::size_t first) const {
    std::string part = text_.substr(first, at_ - first);
    part.erase(part.find_last_not_of(" \t") + 1);
    return part;
  }

  [[noreturn]] void fail(const std::string& what, const std::string& why) const {
    refuse_hypothesis(text_, at_, what, why, {});
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<ParsedTest> parse_hypotheses(const std::string& text) {
  return Parser(text).tests();
}

std::vector<CoefficientName> parse_names(const std::string& text) {
  return Parser(text).names();
}

void refuse_hypothesis(const std::string& text, std::size_t place, const std::string& what,
                       const std::string& why, const std::string& remedy) {
  // Characters, not bytes: names may be UTF-8.
  const auto before =
      std::count_if(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place),
                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  const std::string rest = text.substr(place);
  throw core::bad_input({.what = (rest.empty() ? std::string("it") : "'" + rest + "'") + " " + what,
                         .where = fmt::format("\"{}\", character {}", text, before + 1),
                         .why = why,
                         .remedy = remedy});
}

}  // namespace mpilogit::inference
