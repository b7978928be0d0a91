#pragma once
// Doubles as integers of a common scale, so that their sum is exact and associative.

#include <bit>
#include <cstdint>

namespace mpilogit::core {

/// The scale of one component of an exact sum: the value x is represented by the integer
///
///     round(x · 2^(61 − e)),   e = ⌈log2 bound⌉
///
/// where `bound` is known, before the first term is added, to be at least Σ |x|. The sum of all
/// terms then stays below 2^61 plus half a unit per term, a quarter of what an int64 holds: the
/// sum cannot overflow whatever the data (docs/determinism.md has the proof).
class FixedPoint {
 public:
  /// `bound` ≥ 0 and finite. A bound of 0 means that every term is 0. Bounds below 2^-962 (2e-290)
  /// are treated as 2^-962, so that the scale is a finite number: such sums are exact to 2^-1023.
  explicit FixedPoint(double bound);

  FixedPoint() : FixedPoint(0.0) {}

  /// Nearest integer, ties to even. For a `value` that is not finite, or beyond twice the bound, it
  /// is any integer. In two halves, for few instruction sets convert to 64 bits in vectors:
  ///   high = round(x · 2^(29 − e)),   low = round(x · 2^(61 − e) − 2^32 high)
  /// The difference is exact, at most 2^31, and decides alone how the sum is rounded.
  std::int64_t to_integer(double value) const {
    // The sum with 1.5 · 2^52 has the nearest integer in its lowest bits; with 2^32 times that, the
    // nearest multiple of 2^32.
    constexpr double low_rounder = 0x1.8p52;
    constexpr double high_rounder = 0x1.8p84;
    const double scaled = value * scale_;
    const double high = scaled + high_rounder;
    const double low = (scaled - (high - high_rounder)) + low_rounder;
    const std::uint64_t high_integer =
        std::bit_cast<std::uint64_t>(high) - std::bit_cast<std::uint64_t>(high_rounder);
    const std::uint64_t low_integer =
        std::bit_cast<std::uint64_t>(low) - std::bit_cast<std::uint64_t>(low_rounder);
    return static_cast<std::int64_t>((high_integer << 32) + low_integer);
  }

  /// One rounding (int64 to double) and one multiplication by a power of two, exact where the
  /// result is a normal number.
  double to_double(std::int64_t sum) const { return static_cast<double>(sum) * unit_; }

  /// What a value is multiplied by before it is rounded: 2^(61 − e).
  double scale() const { return scale_; }

  /// The value of the integer 1: the rounding error of a term is at most half of this.
  double unit() const { return unit_; }

 private:
  double scale_;  // 2^(61 − e)
  double unit_;   // 2^(e − 61)
};

}  // namespace mpilogit::core
