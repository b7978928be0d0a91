#include "formats/values.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <catch2/catch.hpp>

namespace formats = mpilogit::formats;

TEST_CASE("numbers are the nearest doubles") {
  const auto text = GENERATE(
      as<std::string>(), "0", "1", "-1", "+1", "12.5", ".5", "5.", "-.25", "1e3", "1E-3", "0.1",
      "123456789012345", "1234567890123456", "0.123456789012345", "0.1234567890123456789",
      "9007199254740993", "2.2250738585072011e-308", "4.9e-324", "1.7976931348623157e308",
      "179769313486231570793e288", "8.41e21", "9.5367431640625e-07", "000012.50", "1e-400");
  CHECK(formats::number_in(text) == std::strtod(text.c_str(), nullptr));
}

TEST_CASE("random decimals are the nearest doubles") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const int places = static_cast<int>(random() % 18);
    const auto digits = random() >> (random() % 64);
    std::string text = std::to_string(digits);
    if (places < static_cast<int>(text.size())) text.insert(text.end() - places, '.');
    if (i % 3 == 0) text += "e" + std::to_string(static_cast<int>(random() % 600) - 300);
    const double expected = std::strtod(text.c_str(), nullptr);
    if (!std::isfinite(expected)) continue;
    INFO(text);
    REQUIRE(formats::number_in(text) == expected);
  }
}

TEST_CASE("what is no number") {
  const auto text = GENERATE(as<std::string>(), "", "-", "+", ".", "-.", "1e", "1e+", "e5", "inf",
                             "nan", "-inf", "NaN", "Infinity", "0x10", "1,5", "1 2", "--1", "+-1",
                             "1e999", "-1e999", "1..2", "1.2.3", "12a");
  INFO(text);
  CHECK_FALSE(formats::number_in(text).has_value());
}

TEST_CASE("minus zero is zero") {
  CHECK_FALSE(std::signbit(*formats::number_in("-0")));
  CHECK_FALSE(std::signbit(*formats::number_in("-0.0e5")));
}

TEST_CASE("integers are decimal and within 64 bits") {
  CHECK(formats::integer_in("-9223372036854775808") == INT64_MIN);
  CHECK(formats::integer_in("+7") == 7);
  const auto text =
      GENERATE(as<std::string>(), "", "+", "-", "+-1", "1.0", "1e3", "x", "9223372036854775808");
  CHECK_FALSE(formats::integer_in(text).has_value());
}

// Expected values: date -u -d "…" +%s.
TEST_CASE("dates are seconds since 1970") {
  CHECK(formats::date_in("1970-01-01") == 0.0);
  CHECK(formats::date_in("2024-02-29") == 1709164800.0);
  CHECK(formats::date_in("1969-12-31T23:59:59Z") == -1.0);
  CHECK(formats::date_in("2024-02-29 12:30") == 1709209800.0);
  CHECK(formats::date_in("2024-02-29T12:30:15.25+01:30") == 1709204415.25);
  CHECK(formats::date_in("2024-02-29T12:30:15-0130") == 1709215215.0);
  const auto text =
      GENERATE(as<std::string>(), "", "2024", "2024-2-9", "2023-02-29", "2024-13-01", "2024-01-32",
               "2024-01-01T", "2024-01-01T24:00", "2024-01-01T12:60", "2024-01-01T12", "01/02/2024",
               "2024-01-01T12:00:60", "2024-01-01T12:00:00.", "2024-01-01T12:00X", "20240101",
               "2024-01-01T12:00+1");
  INFO(text);
  CHECK_FALSE(formats::date_in(text).has_value());
}

TEST_CASE("UTF-8 is told from other bytes") {
  CHECK(formats::is_utf8("plain, \xC3\xA4, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
  const auto text = GENERATE(as<std::string>(), "\xE4", "\xC3", "\xC0\x80", "\xED\xA0\x80",
                             "\xF4\x90\x80\x80", "\xE2\x82", "a\x80", "\xF8\x88\x80\x80\x80");
  CHECK_FALSE(formats::is_utf8(text));
}

// FNV-1a's published test values: of "" and "a" and "foobar".
TEST_CASE("buckets are those of FNV-1a") {
  constexpr std::int64_t kBuckets = 1'000'003;
  CHECK(formats::bucket_of("", kBuckets) ==
        static_cast<std::int64_t>(0xcbf29ce484222325U % 1'000'003U));
  CHECK(formats::bucket_of("a", kBuckets) ==
        static_cast<std::int64_t>(0xaf63dc4c8601ec8cU % 1'000'003U));
  CHECK(formats::bucket_of("foobar", kBuckets) ==
        static_cast<std::int64_t>(0x85944171f73967e8U % 1'000'003U));
}

TEST_CASE("missing texts are told by the whole text") {
  const formats::MissingTexts missing({"", "NA", "?"});
  CHECK(missing.contains(""));
  CHECK(missing.contains("NA"));
  CHECK(missing.contains("?"));
  CHECK_FALSE(missing.contains("N"));
  CHECK_FALSE(missing.contains("NAN"));
  CHECK_FALSE(formats::MissingTexts({"NA"}).contains(""));
}
