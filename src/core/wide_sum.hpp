#pragma once
// The exact sum of any finite doubles, in any order: a long accumulator.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mpilogit::core {

/// Kulisch's long accumulator: a fixed-point number wide enough for every double, kept as 32-bit
/// digits in 64-bit limbs, so that carries can wait and that two accumulators add limb by limb —
/// which is what MPI_SUM over int64 does. Nothing is rounded before `value()`.
///
/// Source: U. Kulisch, "Computer Arithmetic and Validity" (2013), ch. 8; the carry-save form is
/// that of R. Neal, "Fast exact summation using small and large superaccumulators" (2015).
class WideSum {
 public:
  /// Digits of 32 bits from 2^-1152 (so that the smallest double's 53-bit mantissa fits) past
  /// 2^1024, then one limb that counts the terms that were not finite.
  static constexpr std::size_t kDigits = 70;
  static constexpr std::size_t kLimbs = kDigits + 1;

  /// Adds one term exactly. A NaN or an infinity makes the value NaN.
  void add(double term);

  /// Adds another accumulator, which must be normalised. Cost: one integer addition per limb.
  void add(std::span<const std::int64_t, kLimbs> other);

  /// Propagates the carries, so that every limb but the top is within 32 bits: to be called
  /// before limbs of several accumulators are added outside of this class (up to 2^30 of them).
  void normalise();

  /// The sum rounded to a double, within 1 unit in the last place and the same for equal sums
  /// however they were accumulated.
  double value() const;

  std::span<const std::int64_t, kLimbs> limbs() const { return limbs_; }
  static WideSum from_limbs(std::span<const std::int64_t, kLimbs> limbs);

 private:
  std::array<std::int64_t, kLimbs> limbs_{};
  std::int64_t pending_ = 0;  // terms since the last normalise()
};

}  // namespace mpilogit::core
