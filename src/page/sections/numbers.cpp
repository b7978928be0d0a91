#include "page/sections/numbers.hpp"

#include <cmath>

#include <fmt/format.h>

namespace mpilogit::page {

namespace {

constexpr const char* kMinus = "\u2212";
constexpr const char* kDash = "\u2013";

std::string with_minus(std::string text) {
  if (text.empty() || text.front() != '-') return text;
  return kMinus + text.substr(1);
}

}  // namespace

std::string shown(double value, int digits) {
  if (std::isnan(value)) return kDash;
  if (std::isinf(value)) return value > 0 ? "\u221E" : std::string(kMinus) + "\u221E";
  // Large and whole numbers in full, as long as a person can read them.
  constexpr double kMostInFull = 1e9;
  const double size = std::fabs(value);
  const bool full = size >= std::pow(10.0, digits) || value == std::trunc(value);
  if (full && size < kMostInFull) {
    return shown(static_cast<std::int64_t>(std::llround(value)));
  }
  return with_minus(fmt::format("{:.{}g}", value, digits));
}

std::string shown(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return with_minus(digits);
}

std::string percent(double share) {
  return shown(100.0 * share, 3) + " %";
}

// log p = log(mantissa) + exponent · log 10, 1 ≤ mantissa < 10
std::string p_value(double log_p) {
  if (std::isnan(log_p)) return kDash;
  if (std::isinf(log_p)) return "0";
  constexpr double kLogTen = 2.302585092994045684;
  constexpr double kPlain = -6.9;  // about log 0.001
  if (log_p > kPlain) return fmt::format("{:.3g}", std::exp(log_p));
  double exponent = std::floor(log_p / kLogTen);
  double mantissa = std::round(10.0 * std::exp(log_p - exponent * kLogTen)) / 10.0;
  if (mantissa >= 10.0) {
    mantissa /= 10.0;
    exponent += 1.0;
  }
  return fmt::format("{:.1f}e{:.0f}", mantissa, exponent);
}

std::string duration(double seconds) {
  constexpr double kMinute = 60.0;
  if (seconds < 2.0 * kMinute) return fmt::format("{:.2g} s", seconds);
  return fmt::format("{:.0f} min {:.0f} s", std::floor(seconds / kMinute),
                     std::fmod(seconds, kMinute));
}

std::string exact(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

}  // namespace mpilogit::page
