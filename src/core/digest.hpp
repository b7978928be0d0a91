#pragma once
// Numbers that stand for bytes: SHA-256, and sums that find accidents.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mpilogit::core {

/// SHA-256 of `bytes` as 64 hexadecimal digits (FIPS 180-4, by OpenSSL).
std::string sha256(std::span<const std::byte> bytes);

// Two numbers for a long run of bytes, added up from its parts in any order: is this what was
// written?

/// With the bytes taken as little-endian words w_0, w_1, … of 64 bits, the last one filled up with
/// zeros: Σ w_i and Σ i w_i, modulo 2^64 (Fletcher 1982). Every change of one word shows in the
/// first sum; moved, swapped and stale parts show in the second one. Against accidents, not against
/// forgers.
struct ByteFingerprint {
  std::uint64_t plain = 0;
  std::uint64_t placed = 0;

  /// Adds bytes that lie from `offset` on; each place must be added once. Cost: two additions per
  /// word.
  void add(std::span<const std::byte> bytes, std::int64_t offset);
  void add(const ByteFingerprint& other) {
    plain += other.plain;
    placed += other.placed;
  }

  bool operator==(const ByteFingerprint&) const = default;
};

}  // namespace mpilogit::core
