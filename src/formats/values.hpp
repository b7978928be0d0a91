#pragma once
// What the text of a field means.

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpilogit::formats {

/// A decimal number, with sign, point and exponent as one likes: the nearest double, which must be
/// finite. Neither inf nor nan nor hexadecimal digits are numbers. −0 is 0.
std::optional<double> number_in(std::string_view text);

/// Whether a float32 holds the number exactly.
inline bool is_single_precision(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  return value >= -kLargest && value <= kLargest &&
         static_cast<double>(static_cast<float>(value)) == value;
}

/// Decimal digits with or without a sign, within int64.
std::optional<std::int64_t> integer_in(std::string_view text);

/// A whole number, be it written as an integer or, below 2^53, as 1.0 or 1e3.
std::optional<std::int64_t> whole_number_in(std::string_view text);

/// Seconds since 1970-01-01T00:00Z of an ISO 8601 date (2024-02-29) or date and time
/// (2024-02-29T23:59, 2024-02-29 23:59:59.5+01:00); without an offset the time is UTC.
std::optional<double> date_in(std::string_view text);

/// What the texts of a category and the names of columns must be: HDF5 and JSON store them so.
bool is_utf8(std::string_view text);

/// Which bucket of a hashed column a text is in: its FNV-1a hash of 64 bits, modulo the buckets.
/// Stored data and models rely on it.
std::int64_t bucket_of(std::string_view text, std::int64_t buckets);

/// The texts that mean "no value".
class MissingTexts {
 public:
  explicit MissingTexts(const std::vector<std::string>& texts);

  bool contains(std::string_view text) const {
    if (text.empty()) return empty_;
    return begins_[static_cast<unsigned char>(text.front())] && is_listed(text);
  }

 private:
  bool is_listed(std::string_view text) const;

  std::vector<std::string> texts_;
  std::array<bool, 256> begins_{};  // by first character: few fields need the list
  bool empty_ = false;
};

}  // namespace mpilogit::formats
