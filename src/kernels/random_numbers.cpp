#include "kernels/random_numbers.hpp"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random_numbers.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/detail/elementary_coefficients.hpp"
#include "kernels/detail/random_constants.hpp"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::CappedTag<std::uint64_t, 8>;  // each holds 32 bits
using Numbers = hn::CappedTag<double, 8>;

/// The high and low words of 32 × 32 bits; what is above the low 32 bits of `x` does not matter.
HWY_INLINE void multiply(Words d, hn::Vec<Words> x, std::uint32_t by, hn::Vec<Words>& high,
                         hn::Vec<Words>& low) {
#if HWY_TARGET == HWY_SCALAR  // has no halves
  low = hn::Set(d, (hn::GetLane(x) & 0xffffffff) * by);
#else
  const hn::Repartition<std::uint32_t, Words> halves;
  low = hn::MulEven(hn::BitCast(halves, x), hn::BitCast(halves, hn::Set(d, by)));
#endif
  high = hn::ShiftRight<32>(low);
}

/// (w + 1/2) / 2^32 of the low 32 bits of `words`: exact.
HWY_INLINE hn::Vec<Numbers> to_uniform(hn::Vec<Words> words) {
  const Words d;
  const Numbers numbers;
  const auto low = hn::And(words, hn::Set(d, std::uint64_t{0xffffffff}));
  const auto above = hn::Or(low, hn::Set(d, std::uint64_t{0x433} << 52));  // 2^52 + w
  const auto whole = hn::Sub(hn::BitCast(numbers, above), hn::Set(numbers, 0x1p52));
  return hn::Mul(hn::Add(whole, hn::Set(numbers, 0.5)), hn::Set(numbers, 0x1p-32));
}

/// As many counters side by side as a vector has lanes, from `group` on; stores four numbers for
/// each.
HWY_INLINE void store_uniforms(const RandomRow& row, std::uint64_t group, double* values) {
  const Words d;
  const auto number = static_cast<std::uint64_t>(row.row);
  auto c0 = hn::Iota(d, group);
  auto c1 = hn::Set(d, number & 0xffffffff);
  auto c2 = hn::Set(d, number >> 32);
  auto c3 = hn::Set(d, std::uint64_t{row.purpose});
  auto key0 = static_cast<std::uint32_t>(row.seed);
  auto key1 = static_cast<std::uint32_t>(row.seed >> 32);
  for (int round = 0; round < philox_rounds; ++round) {
    auto high0 = c0;
    auto low0 = c0;
    auto high1 = c0;
    auto low1 = c0;
    multiply(d, c0, philox_multiplier_0, high0, low0);
    multiply(d, c2, philox_multiplier_1, high1, low1);
    c0 = hn::Xor(hn::Xor(high1, c1), hn::Set(d, std::uint64_t{key0}));
    c1 = low1;
    c2 = hn::Xor(hn::Xor(high0, c3), hn::Set(d, std::uint64_t{key1}));
    c3 = low0;
    key0 += philox_step_0;
    key1 += philox_step_1;
  }
  hn::StoreInterleaved4(to_uniform(c0), to_uniform(c1), to_uniform(c2), to_uniform(c3), Numbers(),
                        values);
}

void uniforms(const RandomRow& row, std::int64_t first, double* values, std::size_t count) {
  constexpr std::size_t lanes = hn::MaxLanes(Numbers());
  constexpr std::size_t step = 4 * lanes;
  auto group = static_cast<std::uint64_t>(first) / 4;
  std::size_t done = 0;
  for (; done + step <= count; done += step, group += lanes) {
    store_uniforms(row, group, values + done);
  }
  if (done == count) return;
  double rest[step];
  store_uniforms(row, group, rest);
  std::copy_n(rest, count - done, values + done);
}

/// numerator / denominator, both polynomials in x by Horner's rule.
template <std::size_t Count>
HWY_INLINE hn::Vec<Numbers> ratio(const Rational<Count>& terms, hn::Vec<Numbers> x) {
  const Numbers d;
  auto numerator = hn::Set(d, terms.numerator[Count - 1]);
  auto denominator = hn::Set(d, terms.denominator[Count - 1]);
  for (std::size_t n = Count - 1; n-- > 0;) {
    numerator = hn::Add(hn::Mul(numerator, x), hn::Set(d, terms.numerator[n]));
    denominator = hn::Add(hn::Mul(denominator, x), hn::Set(d, terms.denominator[n]));
  }
  return hn::Div(numerator, denominator);
}

/// x = 2^k (1 + f) without rounding, 1/√2 < 1 + f < √2. With s = f / (2 + f): log(1 + f) =
/// 2 atanh(s) = f − s (f − R), R = 2 s²/3 + 2 s⁴/5 + … (as in elementary_formulas.hpp, unfused).
HWY_INLINE hn::Vec<Numbers> natural_log(hn::Vec<Numbers> x) {
  const Numbers d;
  const Words integers;
  const auto bits = hn::BitCast(integers, x);
  const auto above = hn::Sub(bits, hn::Set(integers, std::uint64_t{0x3fe6a09e667f3bcd}));  // 1/√2
  const auto biased =
      hn::ShiftRight<52>(hn::Add(above, hn::Set(integers, std::uint64_t{1024} << 52)));
  const auto k =
      hn::Sub(hn::BitCast(d, hn::Or(biased, hn::Set(integers, std::uint64_t{0x433} << 52))),
              hn::Set(d, 0x1p52 + 1024));
  const auto exponent = hn::And(above, hn::Set(integers, std::uint64_t{0xfff} << 52));
  const auto f = hn::Sub(hn::BitCast(d, hn::Sub(bits, exponent)), hn::Set(d, 1.0));
  const auto s = hn::Div(f, hn::Add(hn::Set(d, 2.0), f));
  const auto square = hn::Mul(s, s);
  auto rest = hn::Set(d, atanh_coefficients.back());
  for (std::size_t n = atanh_coefficients.size() - 1; n-- > 0;) {
    rest = hn::Add(hn::Mul(rest, square), hn::Set(d, atanh_coefficients[n]));
  }
  const auto bent = hn::Mul(s, hn::Sub(f, hn::Mul(square, rest)));
  const auto correction = hn::Sub(bent, hn::Mul(k, hn::Set(d, ln2_low)));
  return hn::Add(hn::Mul(k, hn::Set(d, ln2_high)), hn::Sub(f, correction));
}

/// M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution" (1988), PPND16
/// without its last case: no value is below e^−25.
HWY_INLINE hn::Vec<Numbers> normal_quantile(hn::Vec<Numbers> u) {
  const Numbers d;
  const auto half = hn::Set(d, 0.5);
  const auto q = hn::Sub(u, half);
  const auto central =
      hn::Mul(q, ratio(quantile_centre, hn::Sub(hn::Set(d, 0.180625), hn::Mul(q, q))));
  const auto outside = hn::Min(u, hn::Sub(hn::Set(d, 1.0), u));
  const auto r = hn::Sqrt(hn::Neg(natural_log(outside)));
  const auto tail = ratio(quantile_tail, hn::Sub(r, hn::Set(d, 1.6)));
  return hn::IfThenElse(hn::Le(hn::Abs(q), hn::Set(d, 0.425)), central, hn::CopySign(tail, q));
}

/// Applies `formula` to every value, in place: whole vectors, and the rest by way of one.
template <class Formula>
HWY_INLINE void for_vectors(double* values, std::size_t count, Formula&& formula) {
  const Numbers d;
  constexpr std::size_t lanes = hn::MaxLanes(d);
  const std::size_t whole = count - count % lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    hn::StoreU(formula(hn::LoadU(d, values + i)), d, values + i);
  }
  if (whole == count) return;
  double rest[lanes];
  std::fill_n(rest, lanes, 0.25);
  std::copy(values + whole, values + count, rest);
  hn::StoreU(formula(hn::LoadU(d, rest)), d, rest);
  std::copy_n(rest, count - whole, values + whole);
}

void normal_quantiles(double* values, std::size_t count) {
  for_vectors(values, count, [](auto u) HWY_ATTR { return normal_quantile(u); });
}

void natural_logs(double* values, std::size_t count) {
  for_vectors(values, count, [](auto x) HWY_ATTR { return natural_log(x); });
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(uniforms);
HWY_EXPORT(normal_quantiles);
HWY_EXPORT(natural_logs);

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < philox_rounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{philox_multiplier_0} * counter[0];
    const std::uint64_t product1 = std::uint64_t{philox_multiplier_1} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += philox_step_0;
    key[1] += philox_step_1;
  }
  return counter;
}

void uniforms(const RandomRow& row, std::int64_t first, std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(uniforms)(row, first, values.data(), values.size());
}

void normal_quantiles(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(normal_quantiles)(values.data(), values.size());
}

void natural_logs(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(natural_logs)(values.data(), values.size());
}

}  // namespace mpilogit::kernels
#endif
