#include "core/fixed_point.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/error.hpp"

namespace mpilogit::core {

namespace {

constexpr int kBits = 61;
constexpr int kSmallestExponent = -962;  // where the scale is 2^1023, the largest power of two

constexpr int kMantissaBits = 52;
constexpr int kExponentBias = 1023;
constexpr int kSmallestNormal = -1022;

// From the bits: a problem has a bound for every feature, and new ones at every step.
double power_of_two(int exponent) {
  if (exponent < kSmallestNormal) return std::ldexp(1.0, exponent);
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + kExponentBias)
                               << kMantissaBits);
}

// e with 2^e ≥ bound, the smallest such.
int exponent_above(double bound) {
  const auto bits = std::bit_cast<std::uint64_t>(bound);
  const auto biased = static_cast<int>(bits >> kMantissaBits);
  if (biased > kExponentBias + kSmallestExponent) {
    const bool power = (bits & ((std::uint64_t{1} << kMantissaBits) - 1)) == 0;
    return biased - kExponentBias + (power ? 0 : 1);
  }
  if (bound == 0.0) return kSmallestExponent;
  int exponent = 0;
  const double fraction = std::frexp(bound, &exponent);  // bound = fraction · 2^exponent
  if (fraction == 0.5) --exponent;                       // a power of two is its own bound
  return std::max(exponent, kSmallestExponent);
}

}  // namespace

FixedPoint::FixedPoint(double bound) {
  if (!std::isfinite(bound) || bound < 0.0) {
    throw internal_failure("the bound of an exact sum is not finite");
  }
  const int exponent = exponent_above(bound);
  scale_ = power_of_two(kBits - exponent);
  unit_ = power_of_two(exponent - kBits);
}

}  // namespace mpilogit::core
