#include "mpilogit/kernels/block_sums.hpp"

#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/block_sums.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// totals[j] += integer of values[j], as core::FixedPoint::to_integer has it, for the lanes of `D`;
/// values[j] = 0. Returns numbers with a sign bit where a value is not finite.
template <class D>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> take(D d, const core::FixedPoint* scales,
                                                 double* HWY_RESTRICT values,
                                                 std::int64_t* HWY_RESTRICT totals) {
  using core::FixedPoint;
  static_assert(sizeof(FixedPoint) == sizeof(double));
  const hn::RebindToUnsigned<D> bits;
  const hn::RebindToSigned<D> integers;
  const auto high_rounder = hn::Set(d, FixedPoint::high_rounder);
  const auto low_rounder = hn::Set(d, FixedPoint::low_rounder);
  const auto value = hn::LoadU(d, values);
  const auto scaled = hn::Mul(value, hn::LoadU(d, reinterpret_cast<const double*>(scales)));
  const auto high = hn::Add(scaled, high_rounder);
  const auto low = hn::Add(hn::Sub(scaled, hn::Sub(high, high_rounder)), low_rounder);
  const auto high_integer = hn::Sub(hn::BitCast(bits, high), hn::BitCast(bits, high_rounder));
  const auto low_integer = hn::Sub(hn::BitCast(bits, low), hn::BitCast(bits, low_rounder));
  const auto integer = hn::Add(hn::ShiftLeft<32>(high_integer), low_integer);
  hn::StoreU(hn::Add(hn::LoadU(integers, totals), hn::BitCast(integers, integer)), integers,
             totals);
  hn::StoreU(hn::Zero(d), d, values);
  // The largest exponent, of infinities and NaN alone, carries into the sign.
  const auto exponent_unit = hn::Set(bits, std::uint64_t{1} << 52);
  return hn::Add(hn::BitCast(bits, hn::Abs(value)), exponent_unit);
}

void HandOver(std::span<double> block_sums, core::ExactVectorSum& sum) {
  const hn::ScalableTag<double> d;
  const hn::CappedTag<double, 1> single;
  const hn::RebindToUnsigned<decltype(d)> bits;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t count = block_sums.size();
  const core::FixedPoint* scales = sum.scales().data();
  std::int64_t* totals = sum.components().data();
  double* values = block_sums.data();
  auto overflows = hn::Zero(bits);
  std::size_t j = 0;
  for (; j + lanes <= count; j += lanes) {
    overflows = hn::Or(overflows, take(d, scales + j, values + j, totals + j));
  }
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  bool finite = hn::AllTrue(bits, hn::Lt(overflows, hn::Set(bits, sign)));
  for (; j < count; ++j) {
    finite = hn::GetLane(take(single, scales + j, values + j, totals + j)) < sign && finite;
  }
  if (!finite) sum.add_non_finite_block();
}

}  // namespace mpilogit::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mpilogit::kernels {

HWY_EXPORT(HandOver);

void hand_over(std::span<double> block_sums, core::ExactVectorSum& sum) {
  HWY_DYNAMIC_DISPATCH(HandOver)(block_sums, sum);
}

}  // namespace mpilogit::kernels
#endif
