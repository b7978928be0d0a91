// exp and log1p as formulas over vectors, without branches. Compiled once for each instruction set:
// the guard lets Highway include this file again for the next one.
#if defined(MPILOGIT_KERNELS_ELEMENTARY_FORMULAS) == defined(HWY_TARGET_TOGGLE)
#ifdef MPILOGIT_KERNELS_ELEMENTARY_FORMULAS
#undef MPILOGIT_KERNELS_ELEMENTARY_FORMULAS
#else
#define MPILOGIT_KERNELS_ELEMENTARY_FORMULAS
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <hwy/highway.h>

#include "kernels/detail/elementary_coefficients.hpp"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE::formulas {

namespace hn = hwy::HWY_NAMESPACE;

/// Σ coefficients[n] x^n: even and odd powers each by Horner's rule, so that the processor has two
/// chains to work on at once.
template <class D, std::size_t Count>
HWY_INLINE hn::Vec<D> polynomial(D d, const std::array<double, Count>& coefficients, hn::Vec<D> x) {
  static_assert(Count % 2 == 0);
  const auto square = hn::Mul(x, x);
  auto even = hn::Set(d, coefficients[Count - 2]);
  auto odd = hn::Set(d, coefficients[Count - 1]);
  for (std::size_t n = Count - 2; n > 0; n -= 2) {
    even = hn::MulAdd(even, square, hn::Set(d, coefficients[n - 2]));
    odd = hn::MulAdd(odd, square, hn::Set(d, coefficients[n - 1]));
  }
  return hn::MulAdd(x, odd, even);
}

/// e^t = 2^k e^r with k the whole number nearest to t / ln 2 and |r| ≤ ln 2 / 2 (Cody and Waite);
/// e^r = 1 + r + r² P(r).
template <class D>
HWY_INLINE hn::Vec<D> exp_of_minus(D d, hn::Vec<D> x) {
  const hn::RebindToUnsigned<D> bits;
  const auto log2_e = hn::Set(d, 0x1.71547652b82fep+0);
  const auto last_normal = hn::Set(d, 0x1.6232bdd7abcd2p9);  // largest x with e^−x ≥ 2^-1022
  const auto to_integer = hn::Set(d, 0x1.8p52 + 1023);  // adding it leaves k + 1023 in the low bits
  const auto shifted = hn::NegMulAdd(x, log2_e, to_integer);
  const auto k = hn::Sub(shifted, to_integer);
  const auto high = hn::NegMulAdd(k, hn::Set(d, ln2_high), hn::Neg(x));  // exact
  const auto low = hn::Mul(k, hn::Set(d, ln2_low));
  const auto r = hn::Sub(high, low);
  const auto above_line = hn::MulSub(hn::Mul(r, r), polynomial(d, exp_coefficients, r), low);
  const auto mantissa = hn::Add(hn::Set(d, 1.0), hn::Add(high, above_line));
  const auto power = hn::BitCast(d, hn::ShiftLeft<52>(hn::BitCast(bits, shifted)));
  return hn::IfThenZeroElse(hn::Gt(x, last_normal), hn::Mul(mantissa, power));
}

/// shift + log(1 + f), −1/3 ≤ f ≤ 1/2, for a shift = high + low of which high has zero bits to
/// spare. With s = f / (2 + f): log(1 + f) = 2 atanh(s) = f − s (f − R),
/// R = 2 s²/3 + 2 s⁴/5 + …, |s| ≤ 1/5.
template <class D>
HWY_INLINE hn::Vec<D> shifted_log(D d, hn::Vec<D> high, hn::Vec<D> low, hn::Vec<D> f) {
  const auto s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
  const auto square = hn::Mul(s, s);
  const auto rest = hn::NegMulAdd(square, polynomial(d, atanh_coefficients, square), f);
  return hn::Add(high, hn::Sub(f, hn::MulSub(s, rest, low)));
}

/// 1 + x = 2^k (1 + f) with k = 1 from x = 1/2 on, both without rounding.
template <class D>
HWY_INLINE hn::Vec<D> log_of_one_plus(D d, hn::Vec<D> x) {
  const auto half = hn::Set(d, 0.5);
  const auto small = hn::Lt(x, half);
  const auto high = hn::IfThenZeroElse(small, hn::Set(d, ln2_high));
  const auto low = hn::IfThenZeroElse(small, hn::Set(d, ln2_low));
  const auto halved = hn::MulSub(half, x, half);
  return shifted_log(d, high, low, hn::IfThenElse(small, x, halved));
}

/// x = 2^k (1 + f) without rounding, 1/√2 < 1 + f < √2: the bits of x less those of 1/√2 carry into
/// the exponent where the mantissa is above √2/2's.
template <class D>
HWY_INLINE hn::Vec<D> log_of(D d, hn::Vec<D> x) {
  const hn::RebindToUnsigned<D> integers;
  const auto exponent_mask = hn::Set(integers, std::uint64_t{0xfff} << 52);
  const auto to_double =
      hn::Set(integers, std::uint64_t{0x433} << 52);  // 2^52, above whole numbers
  const auto root = hn::Set(integers, std::uint64_t{0x3fe6a09e667f3bcd});  // the bits of 1/√2
  const auto offset = hn::Set(integers, std::uint64_t{1024} << 52);  // keeps the exponent positive
  const auto bits = hn::BitCast(integers, x);
  const auto above = hn::Sub(bits, root);
  const auto biased = hn::ShiftRight<52>(hn::Add(above, offset));
  const auto k = hn::Sub(hn::BitCast(d, hn::Or(biased, to_double)), hn::Set(d, 0x1p52 + 1024));
  const auto scaled = hn::BitCast(d, hn::Sub(bits, hn::And(above, exponent_mask)));
  const auto logarithm =
      shifted_log(d, hn::Mul(k, hn::Set(d, ln2_high)), hn::Mul(k, hn::Set(d, ln2_low)),
                  hn::Sub(scaled, hn::Set(d, 1.0)));
  return hn::IfThenElse(hn::Eq(x, x), logarithm, x);
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE::formulas
HWY_AFTER_NAMESPACE();

#endif
