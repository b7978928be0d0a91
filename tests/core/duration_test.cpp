#include "core/units.hpp"
#include "support/catch.hpp"

using mpilogit::core::parse_seconds;

TEST_CASE("a length of time is a number with or without a unit", "[core]") {
  CHECK(parse_seconds("120") == 120.0);
  CHECK(parse_seconds("120s") == 120.0);
  CHECK(parse_seconds("2m") == 120.0);
  CHECK(parse_seconds("1.5m") == 90.0);
  CHECK(parse_seconds("2h") == 7200.0);
  CHECK(parse_seconds("0") == 0.0);
}

TEST_CASE("what is no length of time is none", "[core]") {
  for (const auto* text :
       {"", "s", "m", "-1", "-0", "1 s", " 1", "1x", "1sm", "1ms", "nan", "inf", "1e308h", "+1"}) {
    INFO(text);
    CHECK_FALSE(parse_seconds(text).has_value());
  }
}
