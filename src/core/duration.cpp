#include "core/duration.hpp"

#include <charconv>
#include <cmath>

namespace mpilogit::core {

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

}  // namespace mpilogit::core
