#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "core/process.hpp"

namespace {

using mpilogit::core::peak_resident_bytes;

TEST_CASE("the peak grows with memory that is written to, and never falls") {
  constexpr std::int64_t kBytes = 64 << 20;
  const std::int64_t before = peak_resident_bytes();
  CHECK(before > 100'000);
  CHECK(before < std::int64_t{4} << 30);
  {
    const std::vector<char> written(kBytes, 1);
    CHECK(std::count(written.begin(), written.end(), 1) == kBytes);
  }
  const std::int64_t after = peak_resident_bytes();
  CHECK(after >= before + kBytes / 2);
  CHECK(after <= before + 2 * kBytes);
  CHECK(peak_resident_bytes() >= after);
}

}  // namespace
