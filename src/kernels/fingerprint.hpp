#pragma once
// One number for the contents of rows: are these the same data?

#include <cstdint>
#include <span>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// Bits that depend on all bits of both (the finaliser of splitmix64; Steele, Lea and Flood 2014).
constexpr std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a + 0x9e3779b97f4a7c15U * (b + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// fingerprints[i] (one per row) becomes the sum over the entries of row i of a term that depends
/// on the number and its column (src/kernels/fingerprint_terms.hpp), less that of 0 there, modulo
/// 2^64. The same for dense and sparse rows, and for every type that stores the same numbers.
/// Against accidents, not against forgers. Cost: one product of 32 bits per entry.
void fingerprint_rows(const AnyRows& rows, std::span<std::uint64_t> fingerprints);

}  // namespace mpilogit::kernels
