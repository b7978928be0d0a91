#include "cli/tables/text_columns.hpp"

#include <algorithm>

namespace mpilogit::cli {

namespace {

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Bytes of the first `characters` code points.
std::size_t bytes_of(const std::string& text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (continues_character(text[at])) continue;
    if (characters == 0) break;
    --characters;
  }
  return at;
}

}  // namespace

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

std::string left_aligned(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

std::string shortened(const std::string& text, std::size_t width) {
  constexpr std::size_t kDots = 3;
  const std::size_t length = width_of(text);
  if (length <= width || width <= kDots) return text;
  const std::size_t tail = (width - kDots) / 2;
  const std::size_t head = width - kDots - tail;
  return text.substr(0, bytes_of(text, head)) + "..." + text.substr(bytes_of(text, length - tail));
}

}  // namespace mpilogit::cli
