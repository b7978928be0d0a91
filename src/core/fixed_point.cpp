#include "mpilogit/core/fixed_point.hpp"

#include <algorithm>
#include <cmath>

#include "mpilogit/core/error.hpp"

namespace mpilogit::core {

namespace {

constexpr int kBits = 61;
constexpr int kSmallestExponent = -962;  // where the scale is 2^1023, the largest power of two

// e with 2^e ≥ bound, the smallest such.
int exponent_above(double bound) {
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
  scale_ = std::ldexp(1.0, kBits - exponent);
  unit_ = std::ldexp(1.0, exponent - kBits);
}

}  // namespace mpilogit::core
