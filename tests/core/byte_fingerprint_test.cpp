#include <algorithm>
#include <vector>

#include "core/digest.hpp"
#include "support/catch.hpp"

using mpilogit::core::ByteFingerprint;

namespace {

std::vector<std::byte> sample(std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::uint32_t state = 1;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 24U);
  }
  return bytes;
}

// As the header defines it, byte by byte.
ByteFingerprint by_definition(const std::vector<std::byte>& bytes) {
  ByteFingerprint sum;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t part = std::to_integer<std::uint64_t>(bytes[i]) << (8 * (i % 8));
    sum.plain += part;
    sum.placed += i / 8 * part;
  }
  return sum;
}

ByteFingerprint whole(const std::vector<std::byte>& bytes) {
  ByteFingerprint sum;
  sum.add(bytes, 0);
  return sum;
}

}  // namespace

TEST_CASE("A fingerprint is two sums of words", "[byte_fingerprint]") {
  for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 31U, 32U, 33U, 1000U, 4099U}) {
    REQUIRE(whole(sample(size)) == by_definition(sample(size)));
  }
}

TEST_CASE("Parts of any size add up in any order", "[byte_fingerprint]") {
  const auto bytes = sample(2000);
  for (const std::size_t part : {1U, 3U, 8U, 130U, 999U}) {
    ByteFingerprint sum;
    std::vector<std::size_t> starts;
    for (std::size_t first = 0; first < bytes.size(); first += part) starts.push_back(first);
    std::reverse(starts.begin(), starts.end());
    for (const std::size_t first : starts) {
      ByteFingerprint of_part;
      of_part.add(std::span(bytes).subspan(first, std::min(part, bytes.size() - first)),
                  static_cast<std::int64_t>(first));
      sum.add(of_part);
    }
    REQUIRE(sum == whole(bytes));
  }
}

TEST_CASE("Every flipped bit, and swapped words, show", "[byte_fingerprint]") {
  auto bytes = sample(300);
  const ByteFingerprint before = whole(bytes);
  for (auto& byte : bytes) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      byte ^= std::byte{1} << bit;
      REQUIRE_FALSE(whole(bytes) == before);
      byte ^= std::byte{1} << bit;
    }
  }
  std::swap_ranges(bytes.begin(), bytes.begin() + 8, bytes.begin() + 16);
  REQUIRE_FALSE(whole(bytes) == before);
}
