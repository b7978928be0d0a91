#include "formats/npy_array.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "core/error.hpp"
#include "formats/detail/npy_header.hpp"
#include "formats/values.hpp"

namespace mpilogit::formats {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::int64_t kLongestHeader = std::int64_t{1} << 20;

double half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const double mantissa = bits & 0x3ff;
  const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  if (exponent == 31) return mantissa == 0.0 ? sign * HUGE_VAL : std::nan("");
  return sign * std::ldexp(mantissa + 1024.0, exponent - 25);
}

template <class Value>
Value at(std::span<const std::byte> bytes, std::size_t element) {
  Value value;
  std::memcpy(&value, bytes.data() + element * sizeof value, sizeof value);
  return value;
}

// Calls `take` with the element as a number of its own type.
template <class Take>
void visit_number(const NpyType& type, std::span<const std::byte> bytes, std::size_t element,
                  Take&& take) {
  const std::int64_t size = type.size;
  if (type.kind == 'f') {
    if (size == 2) return take(half(at<std::uint16_t>(bytes, element)));
    if (size == 4) return take(at<float>(bytes, element));
    return take(at<double>(bytes, element));
  }
  if (type.kind == 'i') {
    if (size == 1) return take(at<std::int8_t>(bytes, element));
    if (size == 2) return take(at<std::int16_t>(bytes, element));
    if (size == 4) return take(at<std::int32_t>(bytes, element));
    return take(at<std::int64_t>(bytes, element));
  }
  if (size == 1) return take(at<std::uint8_t>(bytes, element));  // bool, too
  if (size == 2) return take(at<std::uint16_t>(bytes, element));
  if (size == 4) return take(at<std::uint32_t>(bytes, element));
  return take(at<std::uint64_t>(bytes, element));
}

constexpr std::uint32_t kLastCharacter = 0x10FFFF;

void append_utf8(std::uint32_t code, std::string& text) {
  const auto add = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
    return add(0x80 | (code & 0x3f));
  }
  if (code < 0x10000) {
    add(0xe0 | code >> 12);
  } else {
    add(0xf0 | (code >> 18 & 0x7));
    add(0x80 | (code >> 12 & 0x3f));
  }
  if (code < 0x10000) {
    add(0x80 | (code >> 6 & 0x3f));
    return add(0x80 | (code & 0x3f));
  }
  add(0x80 | (code >> 6 & 0x3f));
  add(0x80 | (code & 0x3f));
}

}  // namespace

NpyArray::NpyArray(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {
  read_header();
  for (const auto size : shape_) {
    if (__builtin_mul_overflow(elements_, size, &elements_)) {
      refuse("declares more elements than can be counted", {}, "Write it again with numpy.save");
    }
  }
  require_whole();
}

void NpyArray::refuse(const std::string& what, const std::string& why,
                      const std::string& remedy) const {
  throw core::bad_input({.what = what, .where = name(), .why = why, .remedy = remedy});
}

// The magic bytes, two of the version, the header's length (2 bytes, from version 2.0 on 4), the
// header.
void NpyArray::read_header() {
  constexpr std::int64_t kFixed = 12;
  std::array<std::byte, kFixed> begin{};
  const std::int64_t there = std::min(source_->size(), kFixed);
  source_->read(0, std::span(begin).first(static_cast<std::size_t>(there)));
  if (there < kFixed || std::memcmp(begin.data(), kMagic.data(), kMagic.size()) != 0) {
    refuse("is no .npy file", "it does not begin like one", "Write it with numpy.save");
  }
  const auto version = static_cast<int>(begin[6]);
  if (version < 1 || version > 3) {
    refuse("is of the version " + std::to_string(version) + " of this format",
           "1, 2 and 3 can be read", "Write it again with numpy.save");
  }
  const std::int64_t length_begin = 8;
  const std::int64_t length_size = version == 1 ? 2 : 4;
  std::int64_t length = 0;
  for (std::int64_t i = length_size; i-- > 0;) {
    length = length << 8 | static_cast<std::int64_t>(begin[static_cast<std::size_t>(8 + i)]);
  }
  data_begin_ = length_begin + length_size + length;
  if (length > kLongestHeader || data_begin_ > source_->size()) {
    refuse("ends within its header", "the file is damaged or was not written to its end",
           "Write it again with numpy.save");
  }
  std::string header(static_cast<std::size_t>(length), '\0');
  source_->read(length_begin + length_size,
                std::as_writable_bytes(std::span(header.data(), header.size())));
  parse_header(header);
}

void NpyArray::parse_header(const std::string& header) {
  const auto parsed = parse_npy_header(header);
  if (!parsed) {
    refuse("has a header that cannot be understood", "the file is damaged",
           "Write it again with numpy.save");
  }
  parse_type(parsed->type);
  fortran_order_ = parsed->fortran_order;
  shape_ = parsed->shape;
}

void NpyArray::parse_type(const std::string& text) {
  if (text.find('O') != std::string::npos && !text.starts_with("[")) {
    refuse("holds Python objects",
           "they are pickled, and a pickle can run any code: it is never loaded",
           "Save numbers: numpy.save(path, X.astype(float))");
  }
  if (text.starts_with("[")) {
    refuse("holds records of several fields", "an array of numbers is needed",
           "Save one field: numpy.save(path, X['field'])");
  }
  const auto unknown = [&] {
    refuse("holds values of the type '" + text + "'",
           "integers, floats of up to 64 bits, bools and strings can be read",
           "Convert them: numpy.save(path, X.astype(float))");
  };
  if (text.size() < 3) unknown();
  const char order = text[0];
  type_.kind = text[1];
  type_.big_endian = order == '>';
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data() + 2, end, type_.size);
  const bool number = type_.kind == 'f' || type_.kind == 'i' || type_.kind == 'u';
  const bool power = type_.size == 2 || type_.size == 4 || type_.size == 8;
  const bool known = number ? power || (type_.size == 1 && type_.kind != 'f')
                            : type_.is_text() || (type_.kind == 'b' && type_.size == 1);
  const bool ordered = order == '<' || order == '>' || order == '|' || order == '=';
  if (error != std::errc() || last != end || !known || !ordered || type_.size < 0) unknown();
  if (type_.kind != 'U') return;
  if (__builtin_mul_overflow(type_.size, std::int64_t{4}, &type_.size)) unknown();
}

void NpyArray::require_whole() {
  std::int64_t bytes = 0;
  const bool overflow = __builtin_mul_overflow(elements_, type_.size, &bytes);
  const std::int64_t there = source_->size() - data_begin_;
  if (!overflow && bytes == there) return;
  if (overflow || bytes > there) {
    refuse("declares more values than it has bytes for",
           "the file is damaged or was not written to its end", "Write it again with numpy.save");
  }
  refuse("has " + std::to_string(there - bytes) + " bytes after the array",
         "one array is read from a file", "Save each array to a file of its own");
}

void NpyArray::read_raw(std::int64_t first, std::span<std::byte> bytes) {
  if (bytes.empty()) return;
  source_->read(data_begin_ + first * type_.size, bytes);
  if (type_.kind == 'b') {  // any other byte than 0 is true
    for (auto& byte : bytes) byte = byte == std::byte{0} ? byte : std::byte{1};
  }
  const auto unit = static_cast<std::size_t>(type_.kind == 'U' ? 4 : type_.size);
  if (!type_.big_endian || type_.kind == 'S' || unit < 2) return;
  for (std::size_t i = 0; i < bytes.size(); i += unit) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + unit));
  }
}

std::vector<std::byte> NpyArray::raw(std::int64_t first, std::int64_t count) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(count * type_.size));
  read_raw(first, bytes);
  return bytes;
}

std::vector<double> NpyArray::numbers(std::int64_t first, std::int64_t count) {
  if (type_.is_text()) refuse("holds strings", "numbers are needed", "Save it as numbers");
  const std::vector<std::byte> bytes = raw(first, count);
  std::vector<double> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    visit_number(type_, bytes, i, [&](auto value) { values[i] = static_cast<double>(value); });
  }
  return values;
}

std::vector<std::int64_t> NpyArray::integers(std::int64_t first, std::int64_t count) {
  if (type_.kind != 'i' && type_.kind != 'u') {
    refuse("does not hold integers", "they are needed here", "Save it as integers");
  }
  const std::vector<std::byte> bytes = raw(first, count);
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) {
    visit_number(type_, bytes, i, [&](auto value) {
      if constexpr (std::is_integral_v<decltype(value)>) {
        if (!std::in_range<std::int64_t>(value)) refuse("holds an integer of 2^63 or more", {}, {});
      }
      values[i] =
          static_cast<std::int64_t>(value);  // NOLINT(bugprone-signed-char-misuse): a number
    });
  }
  return values;
}

std::vector<std::string> NpyArray::texts(std::int64_t first, std::int64_t count) {
  const std::vector<std::byte> bytes = raw(first, count);
  std::vector<std::string> values(static_cast<std::size_t>(count));
  const auto size = static_cast<std::size_t>(type_.size);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto element = std::span(bytes).subspan(i * size, size);
    if (type_.kind == 'S') {
      values[i].assign(reinterpret_cast<const char*>(element.data()), size);
    } else {
      for (std::size_t k = 0; k < size / 4; ++k) {
        const auto code = at<std::uint32_t>(element, k);
        if (code > kLastCharacter) {
          refuse("holds a string with a character beyond U+10FFFF, which is none",
                 "element " + std::to_string(first + static_cast<std::int64_t>(i)),
                 "Write it again with numpy.save");
        }
        append_utf8(code, values[i]);
      }
    }
    values[i].erase(values[i].find_last_not_of('\0') + 1);  // padding
    if (!is_utf8(values[i]) || values[i].find('\0') != std::string::npos) {
      refuse("holds a string that is no UTF-8",
             "element " + std::to_string(first + static_cast<std::int64_t>(i)), {});
    }
  }
  return values;
}

}  // namespace mpilogit::formats
