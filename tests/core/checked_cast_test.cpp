#include "core/checked_cast.hpp"

#include <cstdint>
#include <limits>

#include "support/catch.hpp"

using mpilogit::core::checked_cast;
using mpilogit::core::Error;

TEST_CASE("a cast that keeps the value passes", "[core]") {
  CHECK(checked_cast<int>(std::int64_t{-5}) == -5);
  CHECK(checked_cast<int>(std::int64_t{std::numeric_limits<int>::max()}) ==
        std::numeric_limits<int>::max());
  CHECK(checked_cast<std::size_t>(7) == 7U);
}

TEST_CASE("a cast that would change the value is refused", "[core]") {
  CHECK_THROWS_AS(checked_cast<int>(std::int64_t{1} << 31), Error);
  CHECK_THROWS_AS(checked_cast<std::size_t>(-1), Error);
  CHECK_THROWS_AS(checked_cast<std::int64_t>(std::numeric_limits<std::uint64_t>::max()), Error);
  CHECK_THROWS_WITH(checked_cast<std::uint8_t>(256), mpilogit::testing::contains("256"));
}
