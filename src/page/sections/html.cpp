#include "page/sections/html.hpp"

#include <set>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::page {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // …

// Bytes of the well-formed UTF-8 sequence at the front (Unicode 15, table 3-7); 0 if there is none.
std::size_t sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = at(0);
  if (first < 0x80U) return 1;
  const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || bytes.size() < length) return 0;
  const unsigned second_low = first == 0xE0U ? 0xA0U : first == 0xF0U ? 0x90U : 0x80U;
  const unsigned second_high = first == 0xEDU ? 0x9FU : first == 0xF4U ? 0x8FU : 0xBFU;
  if (at(1) < second_low || at(1) > second_high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

// Of one code point.
std::string_view escaped(std::string_view point) {
  switch (point.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
    case '\r':
      return " ";
    default:
      break;
  }
  const auto first = static_cast<unsigned char>(point.front());
  const bool control = first < 0x20U || first == 0x7FU ||
                       (first == 0xC2U && static_cast<unsigned char>(point[1]) < 0xA0U);
  return control ? kReplacement : point;
}

}  // namespace

Html Html::text(std::string_view bytes, std::size_t longest) {
  Html html;
  for (std::size_t points = 0; !bytes.empty(); ++points) {
    if (points == longest) {
      html.markup_ += kEllipsis;
      break;
    }
    const std::size_t length = sequence_length(bytes);
    html.markup_ += length == 0 ? kReplacement : escaped(bytes.substr(0, length));
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return html;
}

Html Html::markup(std::string markup) {
  Html html;
  html.markup_ = std::move(markup);
  return html;
}

Html fill(std::string_view asset, const Parts& parts) {
  std::string filled;
  std::set<std::string, std::less<>> used;
  while (true) {
    const std::size_t open = asset.find("{{");
    if (open == std::string_view::npos) break;
    const std::size_t close = asset.find("}}", open);
    const std::string name(asset.substr(open + 2, close - open - 2));
    const auto part = parts.find(name);
    if (part == parts.end()) throw core::internal_failure("no part for {{" + name + "}}");
    used.insert(name);
    filled += asset.substr(0, open);
    filled += part->second.str();
    asset.remove_prefix(close + 2);
  }
  if (used.size() != parts.size()) throw core::internal_failure("a part without a place");
  filled += asset;
  return Html::markup(std::move(filled));
}

}  // namespace mpilogit::page
