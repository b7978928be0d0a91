#pragma once
// Doubles as integers of a common scale, so that their sum is exact and associative.

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

  /// Nearest integer, ties to even. `value` must be finite and within the bound.
  std::int64_t to_integer(double value) const;

  /// One rounding (int64 to double) and one multiplication by a power of two, exact where the
  /// result is a normal number.
  double to_double(std::int64_t sum) const { return static_cast<double>(sum) * unit_; }

  /// The value of the integer 1: the rounding error of a term is at most half of this.
  double unit() const { return unit_; }

 private:
  double scale_;  // 2^(61 − e)
  double unit_;   // 2^(e − 61)
};

}  // namespace mpilogit::core
