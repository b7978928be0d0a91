#pragma once
// What one entry adds to the fingerprint of its row.

#include <bit>
#include <cstdint>

namespace mpilogit::kernels {

/// (l + k) (h + m) modulo 2^64, with l and h the halves of the number's 64 bits, k and m those of
/// its column's key, each sum modulo 2^32 (the hash NH of UMAC; Black et al. 1999): one product of
/// 32 bits, which every vector unit has. −0 counts as 0, for sparse rows do not store either.
constexpr std::uint64_t fingerprint_term(double value, std::uint64_t key) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  const auto low = static_cast<std::uint32_t>(bits) + static_cast<std::uint32_t>(key);
  const auto high = static_cast<std::uint32_t>(bits >> 32) + static_cast<std::uint32_t>(key >> 32);
  return std::uint64_t{low} * std::uint64_t{high};
}

}  // namespace mpilogit::kernels
