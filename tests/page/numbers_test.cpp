// Numbers as a page shows them.

#include "page/sections/numbers.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "support/catch.hpp"

using namespace mpilogit::page;

TEST_CASE("numbers are short and readable") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(shown(0.123456) == "0.1235");
  CHECK(shown(-2.5) == "\u22122.5");
  CHECK(shown(104000.4) == "104,000");
  CHECK(shown(-104000.4) == "\u2212104,000");
  CHECK(shown(2.5e12) == "2.5e+12");
  CHECK(shown(kInfinity) == "\u221E");
  CHECK(shown(-kInfinity) == "\u2212\u221E");
  CHECK(shown(std::nan("")) == "\u2013");
  CHECK(shown(std::int64_t{0}) == "0");
  CHECK(shown(std::int64_t{999}) == "999");
  CHECK(shown(std::int64_t{1234567}) == "1,234,567");
  CHECK(shown(std::int64_t{-123456}) == "\u2212123,456");
  CHECK(percent(0.1234) == "12.3 %");
}

TEST_CASE("p values are shown where no double goes") {
  CHECK(p_value(std::log(0.0312)) == "0.0312");
  CHECK(p_value(0.0) == "1");
  CHECK(p_value(std::log(3.1e-7)) == "3.1e-7");
  CHECK(p_value(-2302.585092994046) == "1.0e-1000");
  CHECK(p_value(-std::numeric_limits<double>::infinity()) == "0");
}

TEST_CASE("durations are in the units of people") {
  CHECK(duration(0.0712) == "0.071 s");
  CHECK(duration(192.4) == "3 min 12 s");
}

TEST_CASE("exact numbers read back as themselves") {
  for (const double value : {0.1, -1.0 / 3.0, 5e-324, 1.7976931348623157e308}) {
    CHECK(std::strtod(exact(value).c_str(), nullptr) == value);
  }
  CHECK(exact(std::nan("")).empty());
}
