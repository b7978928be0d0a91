#pragma once
// Random numbers that are functions of their place: any of them can be had without those before it.

#include <array>
#include <cstdint>
#include <span>

namespace mpilogit::kernels {

// Unlike the loops over rows, these give the same bits with every instruction set: products and
// sums are never fused here.

/// Philox4x32 with 10 rounds: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as
/// easy as 1, 2, 3" (SC 2011). The definition that the loops are tested against.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

/// A row of numbers without end. Rows of another seed, purpose or number know nothing of it.
struct RandomRow {
  std::uint64_t seed = 0;
  std::uint32_t purpose = 0;
  std::int64_t row = 0;
};

/// Numbers first, first + 1, … of the row, evenly spread over (0, 1): number c is (w + 1/2) / 2^32
/// with w the word c % 4 of philox({c / 4, row's low word, row's high word, purpose}, seed).
/// `first` is a multiple of 4 below 2^34. Cost: 2 ns each.
void uniforms(const RandomRow& row, std::int64_t first, std::span<double> values);

/// Φ⁻¹ of values that `uniforms` gives, in place, to 1e-15: makes them normal.
void normal_quantiles(std::span<double> values);

/// log of normal numbers above 0, in place, to 3 units in the last place.
void natural_logs(std::span<double> values);

}  // namespace mpilogit::kernels
