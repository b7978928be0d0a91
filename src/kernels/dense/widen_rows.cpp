// Narrow entries as floats, wide integers as doubles.

#include <cstddef>

#include "kernels/dense/kernels.hpp"
#include "kernels/dense/widen.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense/widen_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mpilogit::kernels::dense::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;

template <class Value>
HWY_INLINE hn::Vec<Floats> load_as_floats(const Value* values) {
  const Floats floats;
  const auto narrow = hn::LoadU(hn::Rebind<Value, Floats>(), values);
  return hn::ConvertTo(floats, hn::PromoteTo(hn::RebindToSigned<Floats>(), narrow));
}

// Where the CPU has no instruction for it, Highway takes infinities and NaN for numbers: their
// exponent must be made the one of all ones again.
HWY_INLINE hn::Vec<Floats> load_as_floats(const Half* values) {
  const hn::Rebind<std::uint16_t, Floats> bits;
  const hn::Rebind<hwy::float16_t, Floats> halves;
  const auto loaded = hn::LoadU(bits, reinterpret_cast<const std::uint16_t*>(values));
  const auto floats = hn::PromoteTo(Floats(), hn::BitCast(halves, loaded));
  if constexpr (HWY_TARGET < HWY_SSE4) return floats;
  const hn::RebindToUnsigned<Floats> words;
  const auto exponent = hn::And(hn::PromoteTo(words, loaded), hn::Set(words, 0x7c00U));
  const auto special = hn::Eq(exponent, hn::Set(words, 0x7c00U));
  const auto ones = hn::IfThenElseZero(special, hn::Set(words, 0xffU << 23));
  return hn::BitCast(Floats(), hn::Or(hn::BitCast(words, floats), ones));
}

template <class Value>
HWY_INLINE void widen_to_floats(const Value* values, std::size_t count, float* widened) {
  const Floats floats;
  constexpr std::size_t step = hn::MaxLanes(floats);
  std::size_t n = 0;
  for (; n + step <= count; n += step) {
    hn::StoreU(load_as_floats(values + n), floats, widened + n);
  }
  for (; n < count; ++n) widened[n] = static_cast<float>(kernels::widen(values[n]));
}

/// Plain, for the compiler to vectorise: these types are rare, and wider than the rest.
template <class Value>
HWY_INLINE void widen_to_doubles(const Value* values, std::size_t count, double* widened) {
  for (std::size_t n = 0; n < count; ++n) widened[n] = static_cast<double>(values[n]);
}

void WidenU8(const std::uint8_t* values, std::size_t count, float* widened) {
  widen_to_floats(values, count, widened);
}
void WidenI8(const std::int8_t* values, std::size_t count, float* widened) {
  widen_to_floats(values, count, widened);
}
void WidenU16(const std::uint16_t* values, std::size_t count, float* widened) {
  widen_to_floats(values, count, widened);
}
void WidenI16(const std::int16_t* values, std::size_t count, float* widened) {
  widen_to_floats(values, count, widened);
}
void WidenHalf(const Half* values, std::size_t count, float* widened) {
  widen_to_floats(values, count, widened);
}
void WidenU32(const std::uint32_t* values, std::size_t count, double* widened) {
  widen_to_doubles(values, count, widened);
}
void WidenI32(const std::int32_t* values, std::size_t count, double* widened) {
  widen_to_doubles(values, count, widened);
}
void WidenU64(const std::uint64_t* values, std::size_t count, double* widened) {
  widen_to_doubles(values, count, widened);
}
void WidenI64(const std::int64_t* values, std::size_t count, double* widened) {
  widen_to_doubles(values, count, widened);
}

}  // namespace
}  // namespace mpilogit::kernels::dense::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace mpilogit::kernels::dense {

HWY_EXPORT(WidenU8);
HWY_EXPORT(WidenI8);
HWY_EXPORT(WidenU16);
HWY_EXPORT(WidenI16);
HWY_EXPORT(WidenHalf);
HWY_EXPORT(WidenU32);
HWY_EXPORT(WidenI32);
HWY_EXPORT(WidenU64);
HWY_EXPORT(WidenI64);

void widen(const std::uint8_t* values, std::size_t count, float* widened) {
  HWY_DYNAMIC_DISPATCH(WidenU8)(values, count, widened);
}
void widen(const std::int8_t* values, std::size_t count, float* widened) {
  HWY_DYNAMIC_DISPATCH(WidenI8)(values, count, widened);
}
void widen(const std::uint16_t* values, std::size_t count, float* widened) {
  HWY_DYNAMIC_DISPATCH(WidenU16)(values, count, widened);
}
void widen(const std::int16_t* values, std::size_t count, float* widened) {
  HWY_DYNAMIC_DISPATCH(WidenI16)(values, count, widened);
}
void widen(const Half* values, std::size_t count, float* widened) {
  HWY_DYNAMIC_DISPATCH(WidenHalf)(values, count, widened);
}
void widen(const std::uint32_t* values, std::size_t count, double* widened) {
  HWY_DYNAMIC_DISPATCH(WidenU32)(values, count, widened);
}
void widen(const std::int32_t* values, std::size_t count, double* widened) {
  HWY_DYNAMIC_DISPATCH(WidenI32)(values, count, widened);
}
void widen(const std::uint64_t* values, std::size_t count, double* widened) {
  HWY_DYNAMIC_DISPATCH(WidenU64)(values, count, widened);
}
void widen(const std::int64_t* values, std::size_t count, double* widened) {
  HWY_DYNAMIC_DISPATCH(WidenI64)(values, count, widened);
}

}  // namespace mpilogit::kernels::dense

#endif
