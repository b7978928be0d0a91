#include "formats/values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fast_float/fast_float.h>

namespace mpilogit::formats {

namespace {

bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

// 10^k for every k for which that is a double exactly.
constexpr std::array<double, 23> kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                            1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// "12.5" of at most 15 digits: both the digits (below 10^15 < 2^53) and the power of ten are
// doubles exactly, so that their one division is rounded correctly (Clinger 1990).
std::optional<double> short_decimal(const char* at, const char* end) {
  constexpr std::ptrdiff_t kMostDigits = 15;
  std::uint64_t digits = 0;
  const char* const first = at;
  for (; at != end && is_digit(*at); ++at) digits = 10 * digits + static_cast<unsigned>(*at - '0');
  if (at == end) {
    if (at - first > kMostDigits) return std::nullopt;
    return static_cast<double>(digits);
  }
  if (*at != '.' || end - first > kMostDigits + 1) return std::nullopt;
  const char* const fraction = ++at;
  for (; at != end && is_digit(*at); ++at) digits = 10 * digits + static_cast<unsigned>(*at - '0');
  if (at != end || end - first == 1) return std::nullopt;
  return static_cast<double>(digits) / kPowers[static_cast<std::size_t>(at - fraction)];
}

// The first `count` characters as a number, removed from the text.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// 2024-02-29
std::optional<double> take_day(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  constexpr double kSecondsPerDay = 86400.0;
  return kSecondsPerDay *
         static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count());
}

// 23:59, without seconds, in seconds
std::optional<double> take_clock(std::string_view& text, bool colon_needed) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23) return std::nullopt;
  if (!take(text, ':') && colon_needed) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return 3600.0 * *hour + 60.0 * *minute;
}

// :59.5
std::optional<double> take_seconds(std::string_view& text) {
  const auto whole = take_digits(text, 2);
  if (!whole || *whole > 59) return std::nullopt;
  if (text.empty() || text.front() != '.') return *whole;
  std::size_t size = 1;
  while (size < text.size() && is_digit(text[size])) ++size;
  if (size == 1) return std::nullopt;
  const auto fraction = number_in(text.substr(0, size));
  text.remove_prefix(size);
  return *whole + *fraction;
}

// Z, +01:00, -0130 or nothing: how far ahead of UTC
std::optional<double> offset_in(std::string_view text) {
  if (text.empty() || text == "Z") return 0.0;
  const bool ahead = text.front() == '+';
  if (!ahead && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto size = take_clock(text, false);
  if (!size || !text.empty()) return std::nullopt;
  return ahead ? *size : -*size;
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at == end) return std::nullopt;
  const bool negative = *at == '-';
  if (negative || *at == '+') ++at;
  if (at == end || (!is_digit(*at) && *at != '.')) return std::nullopt;
  double value = 0.0;
  if (const auto simple = short_decimal(at, end)) {
    value = *simple;
  } else {
    const auto [last, error] = fast_float::from_chars(at, end, value);
    if (error != std::errc() || last != end || !std::isfinite(value)) return std::nullopt;
  }
  return negative ? 0.0 - value : value;
}

std::optional<std::int64_t> integer_in(std::string_view text) {
  if (text.size() > 1 && text.front() == '+' && is_digit(text[1])) text.remove_prefix(1);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || last != end) return std::nullopt;
  return value;
}

std::optional<std::int64_t> whole_number_in(std::string_view text) {
  if (const auto integer = integer_in(text)) return integer;
  constexpr double kMost = 0x1p53;  // beyond it, doubles are not all the whole numbers
  const auto number = number_in(text);
  if (!number || std::trunc(*number) != *number || std::abs(*number) >= kMost) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> date_in(std::string_view text) {
  const auto day = take_day(text);
  if (!day || text.empty()) return day;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto clock = take_clock(text, true);
  if (!clock) return std::nullopt;
  double seconds = 0.0;
  if (take(text, ':')) {
    const auto given = take_seconds(text);
    if (!given) return std::nullopt;
    seconds = *given;
  }
  const auto offset = offset_in(text);
  if (!offset) return std::nullopt;
  return *day + (*clock - *offset) + seconds;
}

// The well-formed byte sequences of the Unicode standard's table 3-7.
bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const auto follows = [&](std::size_t at, unsigned least = 0x80U, unsigned most = 0xBFU) {
    return byte(at) >= least && byte(at) <= most;
  };
  while (i < text.size()) {
    const unsigned lead = byte(i);
    std::size_t length = 1;
    bool sound = lead < 0x80U;
    if (lead >= 0xC2U && lead <= 0xDFU) {
      length = 2;
      sound = follows(i + 1);
    } else if (lead >= 0xE0U && lead <= 0xEFU) {
      length = 3;
      sound = follows(i + 1, lead == 0xE0U ? 0xA0U : 0x80U, lead == 0xEDU ? 0x9FU : 0xBFU) &&
              follows(i + 2);
    } else if (lead >= 0xF0U && lead <= 0xF4U) {
      length = 4;
      sound = follows(i + 1, lead == 0xF0U ? 0x90U : 0x80U, lead == 0xF4U ? 0x8FU : 0xBFU) &&
              follows(i + 2) && follows(i + 3);
    }
    if (!sound) return false;
    i += length;
  }
  return true;
}

std::int64_t bucket_of(std::string_view text, std::int64_t buckets) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(buckets));
}

MissingTexts::MissingTexts(const std::vector<std::string>& texts) : texts_(texts) {
  for (const auto& text : texts) {
    if (text.empty()) {
      empty_ = true;
    } else {
      begins_[static_cast<unsigned char>(text.front())] = true;
    }
  }
}

bool MissingTexts::is_listed(std::string_view text) const {
  return std::find(texts_.begin(), texts_.end(), text) != texts_.end();
}

}  // namespace mpilogit::formats
