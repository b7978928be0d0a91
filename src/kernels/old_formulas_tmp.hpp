#pragma once
// exp and log1p as inline formulas without branches, so that loops over them vectorise.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mpilogit::kernels::scalar_formulas {

/// Σ coefficients[n] x^n: even and odd powers each by Horner's rule, so that the processor has two
/// chains to work on at once.
template <std::size_t Count>
constexpr double polynomial(const std::array<double, Count>& coefficients, double x) {
  static_assert(Count % 2 == 0);
  const double square = x * x;
  double even = coefficients[Count - 2];
  double odd = coefficients[Count - 1];
  for (std::size_t n = Count - 2; n > 0; n -= 2) {
    even = even * square + coefficients[n - 2];
    odd = odd * square + coefficients[n - 1];
  }
  return even + x * odd;
}

/// ln 2 = ln2_high + ln2_low; the high part has 11 zero bits at its end, so that its product with
/// an exponent is exact.
inline constexpr double ln2_high = 0x1.62e42fefa3800p-1;
inline constexpr double ln2_low = 0x1.ef35793c76730p-45;

/// 1/2!, 1/3!, …, 1/13!
inline constexpr auto exp_coefficients = [] {
  std::array<double, 12> coefficients{};
  double factorial = 1;  // exact up to 18!
  for (std::size_t n = 0; n < coefficients.size(); ++n) {
    factorial *= static_cast<double>(n + 2);
    coefficients[n] = 1 / factorial;
  }
  return coefficients;
}();

/// 2/3, 2/5, …, 2/25
inline constexpr auto atanh_coefficients = [] {
  std::array<double, 12> coefficients{};
  for (std::size_t n = 0; n < coefficients.size(); ++n) {
    coefficients[n] = 2 / static_cast<double>(2 * n + 3);
  }
  return coefficients;
}();

/// e^t = 2^k e^r with k the whole number nearest to t / ln 2 and |r| ≤ ln 2 / 2 (Cody and Waite);
/// e^r by Taylor, whose remainder r^14/14! is below 2^-57.
inline double exp_of_minus(double x) {
  constexpr double log2_e = 0x1.71547652b82fep+0;
  constexpr double to_integer = 0x1.8p52;              // adding it leaves k in the low bits
  constexpr double last_normal = 0x1.6232bdd7abcd2p9;  // largest x with e^−x ≥ 2^-1022
  const double shifted = to_integer - x * log2_e;
  const double k = shifted - to_integer;
  const double high = -x - k * ln2_high;  // exact
  const double low = k * ln2_low;
  const double r = high - low;
  const double mantissa = 1 + (high + (r * r * polynomial(exp_coefficients, r) - low));
  const auto power = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
  return x > last_normal ? 0.0 : mantissa * power;
}

/// k ln 2 + log(1 + f), −1/3 ≤ f ≤ 1/2, k a whole number. With s = f / (2 + f):
/// log(1 + f) = 2 atanh(s) = f − s (f − R), R = 2 s²/3 + 2 s⁴/5 + …, |s| ≤ 1/5, remainder < 2^-60.
inline double log_of_scaled(double k, double f) {
  const double s = f / (2 + f);
  const double square = s * s;
  const double series = square * polynomial(atanh_coefficients, square);
  return k * ln2_high + (f - (s * (f - series) - k * ln2_low));
}

/// 1 + x = 2^k (1 + f) with k = 1 from x = 1/2 on, both without rounding.
inline double log_of_one_plus(double x) {
  const bool small = x < 0.5;
  return log_of_scaled(small ? 0.0 : 1.0, small ? x : 0.5 * (x - 1));
}

/// x = 2^k (1 + f) without rounding, 1/√2 < 1 + f < √2: the bits of x less those of 1/√2 carry into
/// the exponent where the mantissa is above √2/2's.
inline double log_of(double x) {
  constexpr auto exponent_mask = std::uint64_t{0xfff} << 52;
  constexpr auto to_double = std::uint64_t{0x433} << 52;  // the bits of 2^52, above whole numbers
  constexpr std::uint64_t root = 0x3fe6a09e667f3bcd;      // the bits of 1/√2
  constexpr auto offset = std::uint64_t{1024} << 52;      // keeps the exponent positive
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t above = bits - root;
  const std::uint64_t biased = (above + offset) >> 52;
  const double k = std::bit_cast<double>(biased | to_double) - (0x1p52 + 1024);
  const auto scaled = std::bit_cast<double>(bits - (above & exponent_mask));
  return x == x ? log_of_scaled(k, scaled - 1) : x;
}

}  // namespace mpilogit::kernels::scalar_formulas
