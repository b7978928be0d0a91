#include "cli/tables/texts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

namespace mpilogit::cli {

namespace {

constexpr int kDigitsOfErrors = 3;
constexpr int kMostDigits = 7;

// Digits before the point of a number ≥ 1; for 0.02 it is −1.
int magnitude(double value) {
  return static_cast<int>(std::floor(std::log10(value))) + 1;
}

}  // namespace

std::string power_text(double logarithm, int digits) {
  const double decimal = logarithm * std::numbers::log10e;
  double exponent = std::floor(decimal);
  std::string mantissa = fmt::format("{:.{}f}", std::pow(10.0, decimal - exponent), digits);
  if (mantissa.starts_with("10")) {
    mantissa = fmt::format("{:.{}f}", 1.0, digits);
    exponent += 1.0;
  }
  return fmt::format("{}e{}{:02.0f}", mantissa, exponent < 0.0 ? '-' : '+', std::fabs(exponent));
}

std::string p_value_text(double log_p) {
  constexpr double kSmallestPlain = 1e-3;
  if (log_p >= std::log(kSmallestPlain)) return fmt::format("{:.4f}", std::exp(log_p));
  if (std::isinf(log_p)) return "0";
  return power_text(log_p, 1);
}

Decimals::Decimals(std::span<const double> coefficients, std::span<const double> standard_errors) {
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 1.0;
  for (const double error : standard_errors) {
    if (error > 0.0) smallest = std::min(smallest, error);
  }
  for (const double value : coefficients) largest = std::max(largest, std::fabs(value));
  const int wanted = std::isfinite(smallest) ? kDigitsOfErrors - magnitude(smallest) : 4;
  count_ = std::max(0, std::min(wanted, kMostDigits - magnitude(largest)));
}

bool Decimals::unfit_for(double coefficient, double standard_error) const {
  const double shown = std::isfinite(standard_error) ? standard_error : std::fabs(coefficient);
  const bool tiny = shown > 0.0 && shown < std::pow(10.0, 1 - count_);
  const double huge = std::pow(10.0, kMostDigits - count_);
  return tiny || shown >= huge || std::fabs(coefficient) >= huge;
}

int Decimals::of_ratio(double standard_error) const {
  constexpr int kMost = 9;
  const int usual = std::max({2, std::min(3, count_), count_ - 2});
  if (!(standard_error > 0.0) || standard_error >= std::pow(10.0, 1 - count_)) return usual;
  return std::clamp(2 - magnitude(standard_error), usual, kMost);
}

std::string number_text(double value, int decimals, bool exponent) {
  return exponent ? fmt::format("{:.2e}", value) : fmt::format("{:.{}f}", value, decimals);
}

std::string ratio_text(double log_ratio, int decimals) {
  const double value = std::exp(log_ratio);
  if (std::isinf(log_ratio)) return fmt::format("{}", value);
  if (!std::isnormal(value)) return power_text(log_ratio, 1);
  if (value < std::pow(10.0, -decimals) || value >= 1e5) return fmt::format("{:.1e}", value);
  return fmt::format("{:.{}f}", value, value < 1e3 ? decimals : 0);
}

std::string z_text(double z) {
  return std::fabs(z) < 1e6 ? fmt::format("{:.2f}", z) : fmt::format("{:.3e}", z);
}

std::string size_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.2e}", value) : "unknown";
}

std::string deviance_text(double value) {
  return std::fabs(value) >= 10.0 ? fmt::format("{:.2f}", value) : fmt::format("{:.4g}", value);
}

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
