#pragma once
// Sums and products in twice the precision of a double.

#include <cmath>

namespace mpilogit::model {

/// The unevaluated sum of two doubles, `low` at most half a unit in the last place of `high`. Each
/// operation has a relative error below 2^-101. What is not finite stays not finite.
///
/// Source: T. J. Dekker, "A floating-point technique for extending the available precision" (1971).
struct DoubleDouble {
  double high = 0.0;
  double low = 0.0;

  double value() const { return high + low; }
};

/// a + b exactly, |a| ≥ |b|.
inline DoubleDouble fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a + b exactly.
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a b exactly, unless it underflows.
inline DoubleDouble two_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = two_sum(a.high, b.high);
  const DoubleDouble low = two_sum(a.low, b.low);
  const DoubleDouble sum = fast_two_sum(high.high, high.low + low.high);
  return fast_two_sum(sum.high, sum.low + low.low);
}

inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = two_product(a.high, b.high);
  return fast_two_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

inline DoubleDouble operator*(DoubleDouble a, double b) {
  const DoubleDouble product = two_product(a.high, b);
  return fast_two_sum(product.high, product.low + a.low * b);
}

inline DoubleDouble operator/(DoubleDouble a, double b) {
  const double quotient = a.high / b;
  const DoubleDouble whole = two_product(quotient, b);
  return fast_two_sum(quotient, ((a.high - whole.high) - whole.low + a.low) / b);
}

}  // namespace mpilogit::model
