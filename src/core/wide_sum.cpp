#include "core/wide_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace mpilogit::core {

namespace {

constexpr int kDigitBits = 32;
constexpr int kLowestExponent = -1152;  // weight of digit 0 is 2^kLowestExponent
constexpr std::int64_t kDigitMask = (std::int64_t{1} << kDigitBits) - 1;
constexpr std::int64_t kPendingLimit = std::int64_t{1} << 30;  // 2^30 terms of < 2^32 fit in a limb

}  // namespace

// term = mantissa · 2^exponent with a mantissa of up to 53 bits; it covers at most three digits.
void WideSum::add(double term) {
  if (!std::isfinite(term)) {
    ++limbs_[kDigits];
    return;
  }
  if (term == 0.0) return;
  // From the bits, for frexp and ldexp are calls: 1 + 11 + 52, and the exponent 0 has no hidden
  // bit.
  const auto bits = std::bit_cast<std::uint64_t>(std::fabs(term));
  const auto biased = static_cast<int>(bits >> 52);
  const std::uint64_t hidden = biased == 0 ? 0 : std::uint64_t{1} << 52;
  const std::uint64_t mantissa = (bits & ((std::uint64_t{1} << 52) - 1)) | hidden;
  const int shift = std::max(biased, 1) - 1075 - kLowestExponent;  // ≥ 0
  const auto digit = static_cast<std::size_t>(shift / kDigitBits);
  const int offset = shift % kDigitBits;
  const std::uint64_t low = mantissa << offset;
  const std::uint64_t high = offset == 0 ? 0 : mantissa >> (64 - offset);
  const std::int64_t sign = std::signbit(term) ? -1 : 1;
  limbs_[digit] += sign * (static_cast<std::int64_t>(low) & kDigitMask);
  limbs_[digit + 1] += sign * static_cast<std::int64_t>(low >> kDigitBits);
  limbs_[digit + 2] += sign * static_cast<std::int64_t>(high);
  if (++pending_ >= kPendingLimit) normalise();
}

void WideSum::add(std::span<const std::int64_t, kLimbs> other) {
  for (std::size_t i = 0; i < kLimbs; ++i) limbs_[i] += other[i];
  if (++pending_ >= kPendingLimit / 2) normalise();
}

void WideSum::normalise() {
  std::int64_t carry = 0;
  for (std::size_t i = 0; i + 1 < kDigits; ++i) {
    const std::int64_t digit = limbs_[i] + carry;
    carry = digit >> kDigitBits;  // floor, also for negative digits
    limbs_[i] = digit - carry * (kDigitMask + 1);
  }
  limbs_[kDigits - 1] += carry;
  pending_ = 0;
}

// The sign is that of the top limb after normalising; a negative sum is negated first, so that the
// digits are those of its magnitude. The three highest digits that are not zero hold at least 65
// significant bits: adding them from the top rounds at most twice.
double WideSum::value() const {
  if (limbs_[kDigits] != 0) return std::numeric_limits<double>::quiet_NaN();
  WideSum magnitude = *this;
  magnitude.normalise();
  const bool negative = magnitude.limbs_[kDigits - 1] < 0;
  if (negative) {
    for (auto& limb : magnitude.limbs_) limb = -limb;
    magnitude.normalise();
  }
  std::size_t top = kDigits;
  while (top > 0 && magnitude.limbs_[top - 1] == 0) --top;
  double sum = 0.0;
  for (std::size_t used = 0; used < 3 && used < top; ++used) {
    const std::size_t i = top - 1 - used;
    sum += std::ldexp(static_cast<double>(magnitude.limbs_[i]),
                      kLowestExponent + kDigitBits * static_cast<int>(i));
  }
  return negative ? -sum : sum;
}

WideSum WideSum::from_limbs(std::span<const std::int64_t, kLimbs> limbs) {
  WideSum sum;
  std::copy(limbs.begin(), limbs.end(), sum.limbs_.begin());
  return sum;
}

}  // namespace mpilogit::core
