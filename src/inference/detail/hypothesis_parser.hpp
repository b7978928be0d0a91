#pragma once
// Linear hypotheses as people write them: "age = 0, 2*hours - 'years of school' = 1".
//
//   tests    := test {";" test}            each is a test of its own
//   test     := equation {"," equation}    tested together
//   equation := sum "=" sum
//   sum      := ["+" | "-"] term {("+" | "-") term}
//   term     := number ["*" name] | name ["*" number]
//   name     := ("(intercept)" | word | quoted) ["[" class "]"]
//   names    := name {"," name}            of --profile
//
// A word begins with a letter or "_" and goes on with letters, digits, "_", ".", ":" and "^"; what
// is not ASCII counts as a letter. Other names are 'quoted', a quote inside doubled; a class is
// anything up to "]", or quoted.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mpilogit::inference {

struct CoefficientName {
  std::string feature;  ///< of the intercept: none
  bool intercept = false;
  std::optional<std::string> of_class;
  std::size_t place = 0;  ///< where in the text it begins
};

/// A constant where there is no name.
struct Summand {
  double factor = 0.0;
  std::optional<CoefficientName> name;
};

/// The sum of all is 0: those from the right of "=" have changed their sign.
struct Equation {
  std::vector<Summand> summands;
  std::string text;
  std::size_t place = 0;
};

struct ParsedTest {
  std::vector<Equation> equations;
  std::string text;
};

/// Both throw bad input that names the character where the text goes wrong.
std::vector<ParsedTest> parse_hypotheses(const std::string& text);
std::vector<CoefficientName> parse_names(const std::string& text);

/// Throws bad input about the place in `text`.
[[noreturn]] void refuse_hypothesis(const std::string& text, std::size_t place,
                                    const std::string& what, const std::string& why,
                                    const std::string& remedy);

}  // namespace mpilogit::inference
