#include "core/units.hpp"

#include <charconv>
#include <cmath>

namespace mpilogit::core {

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  constexpr std::string_view kUnits = "KMGT";
  constexpr double kMost = 0x1p62;
  double unit = 1.0;
  if (!text.empty()) {
    const std::size_t place = kUnits.find(text.back());
    if (place != std::string_view::npos) {
      unit = std::ldexp(1.0, 10 * (static_cast<int>(place) + 1));
      text.remove_suffix(1);
    }
  }
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const double bytes = number * unit;
  if (!(bytes >= 1.0) || bytes > kMost) return std::nullopt;
  return static_cast<std::int64_t>(bytes);
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
  if (bytes < 1024) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  if (bytes < kMebibyte) return std::to_string(bytes / 1024) + " KiB";
  const std::int64_t mebibytes = bytes / kMebibyte;
  if (mebibytes < 1024) return std::to_string(mebibytes) + " MiB";
  const std::int64_t tenths = mebibytes * 10 / 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

std::optional<double> parse_seconds(std::string_view text) {
  double unit = 1.0;
  if (!text.empty()) {
    const char last = text.back();
    if (last == 'm') unit = 60.0;
    if (last == 'h') unit = 3600.0;
    if (last == 's' || last == 'm' || last == 'h') text.remove_suffix(1);
  }
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const double seconds = number * unit;
  if (!std::isfinite(seconds) || std::signbit(seconds)) return std::nullopt;
  return seconds;
}

std::string enumerated(const std::vector<std::string_view>& names, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " " + std::string(last) + " " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace mpilogit::core
