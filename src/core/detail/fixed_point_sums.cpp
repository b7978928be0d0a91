#include "core/detail/fixed_point_sums.hpp"

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/detail/fixed_point_sums.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::core::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// One vector of components. `largest` collects the magnitudes' bits.
template <class Doubles>
HWY_INLINE void add_at(Doubles doubles, double* values, const double* scales, std::int64_t* sums,
                       hn::Vec<hn::RebindToUnsigned<Doubles>>& overflows) {
  const hn::RebindToSigned<Doubles> integers;
  const hn::RebindToUnsigned<Doubles> bits;
  // In two halves, as FixedPoint::to_integer says.
  const auto low_rounder = hn::Set(doubles, 0x1.8p52);
  const auto high_rounder = hn::Set(doubles, 0x1.8p84);
  const auto value = hn::LoadU(doubles, values);
  const auto scaled = hn::Mul(value, hn::LoadU(doubles, scales));
  const auto high = hn::Add(scaled, high_rounder);
  const auto low = hn::Add(hn::Sub(scaled, hn::Sub(high, high_rounder)), low_rounder);
  const auto high_integer =
      hn::Sub(hn::BitCast(integers, high), hn::BitCast(integers, high_rounder));
  const auto low_integer = hn::Sub(hn::BitCast(integers, low), hn::BitCast(integers, low_rounder));
  const auto term = hn::Add(hn::ShiftLeft<32>(high_integer), low_integer);
  hn::StoreU(hn::Add(hn::LoadU(integers, sums), term), integers, sums);
  hn::StoreU(hn::Zero(doubles), doubles, values);
  // The largest exponent, of infinities and NaN alone, carries into the sign.
  const auto magnitude = hn::BitCast(bits, hn::Abs(value));
  overflows = hn::Or(overflows, hn::Add(magnitude, hn::Set(bits, std::uint64_t{1} << 52)));
}

template <class Unsigned>
HWY_INLINE bool has_sign(Unsigned tag, hn::Vec<Unsigned> overflows) {
  const auto sign = hn::Set(tag, std::uint64_t{1} << 63);
  return !hn::AllTrue(tag, hn::Eq(hn::And(overflows, sign), hn::Zero(tag)));
}

bool AddRounded(double* values, const double* scales, std::int64_t* sums, std::size_t count) {
  const hn::CappedTag<double, 8> whole;
  const hn::CappedTag<double, 1> one;
  const hn::RebindToUnsigned<decltype(whole)> whole_bits;
  const hn::RebindToUnsigned<decltype(one)> one_bits;
  auto overflows = hn::Zero(whole_bits);
  auto last_overflows = hn::Zero(one_bits);
  const std::size_t lanes = hn::Lanes(whole);
  std::size_t j = 0;
  for (; j + lanes <= count; j += lanes) {
    add_at(whole, values + j, scales + j, sums + j, overflows);
  }
  for (; j < count; ++j) add_at(one, values + j, scales + j, sums + j, last_overflows);
  return !has_sign(whole_bits, overflows) && !has_sign(one_bits, last_overflows);
}

}  // namespace mpilogit::core::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::core {

HWY_EXPORT(AddRounded);

bool add_rounded(std::span<double> values, std::span<const double> scales,
                 std::span<std::int64_t> sums) {
  return HWY_DYNAMIC_DISPATCH(AddRounded)(values.data(), scales.data(), sums.data(), values.size());
}

}  // namespace mpilogit::core
#endif
