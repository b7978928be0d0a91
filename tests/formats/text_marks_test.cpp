#include "formats/text_marks.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace kernels = mpilogit::kernels;

namespace {

// What the header promises, byte by byte.
std::vector<std::uint32_t> plain_marks(const std::string& text, char delimiter, char quote,
                                       kernels::MarkFindings& findings) {
  std::vector<std::uint32_t> marks;
  bool inside = false;
  bool may_open = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_quote = quote != '\0' && c == quote;
    const bool is_mark = !inside && !is_quote && (c == delimiter || c == '\n');
    if (is_quote && !inside && !may_open) findings.odd_quotes = true;
    if (is_quote) inside = !inside;
    findings.quotes |= is_quote;
    findings.zeros |= c == '\0';
    may_open = is_quote || is_mark;
    if (is_mark) marks.push_back(static_cast<std::uint32_t>(i));
  }
  findings.inside_quotes = inside;
  return marks;
}

std::string random_text(std::size_t size, const std::string& letters, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string text(size, ' ');
  for (char& c : text) c = letters[random() % letters.size()];
  return text;
}

}  // namespace

TEST_CASE("marks are those of the plain loop, whatever the text") {
  const std::string letters =
      GENERATE(std::string("ab,\n\""), std::string("abcdefghijklmnopq,\n"),
               std::string("abcdefghij,,,,,,,\n\"\"klmnopqrstuvwxyz"), std::string("a,\"\0\n", 5));
  const std::size_t size = GENERATE(0U, 1U, 63U, 64U, 65U, 500U, 4096U, 4097U, 20'000U);
  const char quote = GENERATE('"', '\0');
  const std::string text = random_text(size, letters, static_cast<std::uint32_t>(size));
  std::string padded = text + std::string(kernels::kTextPadding, '"');

  std::vector<std::uint32_t> marks(size + 1);
  const auto found =
      kernels::find_marks(std::span<const char>(padded.data(), size), ',', quote, marks.data());
  marks.resize(found.marks);

  kernels::MarkFindings expected;
  CHECK(marks == plain_marks(text, ',', quote, expected));
  CHECK(found.inside_quotes == expected.inside_quotes);
  CHECK(found.quotes == expected.quotes);
  CHECK(found.odd_quotes == expected.odd_quotes);
  CHECK(found.zeros == expected.zeros);
}

TEST_CASE("characters are counted, however many there are") {
  const std::size_t size = GENERATE(0U, 1U, 100U, 40'000U);
  const std::string text = random_text(size, "a\"\n", 7);
  const auto counts = kernels::count_characters(std::span<const char>(text), '"');
  CHECK(counts.quotes == std::count(text.begin(), text.end(), '"'));
  CHECK(counts.newlines == std::count(text.begin(), text.end(), '\n'));
  // More of one than a byte can count.
  const std::string same(size, '"');
  CHECK(kernels::count_characters(std::span<const char>(same), '"').quotes ==
        static_cast<std::int64_t>(size));
}
