#pragma once
// Each storage type as a double. Exact, except for integers beyond 2^53, which are rounded once.

#include <bit>
#include <cstdint>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

template <class Value>
constexpr double widen(Value value) {
  return static_cast<double>(value);
}

/// By way of binary32, whose exponent and mantissa are the same bits 13 places higher:
///   normal:       the exponent moves to the larger bias, 127 − 15 = 112
///   infinite, NaN: by 112 once more, to the exponent that is all ones
///   subnormal, 0: as 2^-14 (1 + m), from which 2^-14 is subtracted exactly
/// Masks instead of branches, so that loops over it vectorise.
constexpr double widen(Half value) {
  constexpr std::uint32_t rebias = 112U << 23;
  constexpr std::uint32_t exponent_mask = 0x1fU << 23;
  const std::uint32_t magnitude = (value.bits & 0x7fffU) << 13;
  const std::uint32_t exponent = magnitude & exponent_mask;
  const std::uint32_t special = exponent == exponent_mask ? rebias : 0U;
  const std::uint32_t subnormal = exponent == 0U ? ~0U : 0U;
  const std::uint32_t sum = magnitude + rebias + special + (subnormal & (1U << 23));
  const auto offset = std::bit_cast<float>(subnormal & (113U << 23));
  const auto absolute = std::bit_cast<std::uint32_t>(std::bit_cast<float>(sum) - offset);
  return static_cast<double>(std::bit_cast<float>(absolute | ((value.bits & 0x8000U) << 16)));
}

}  // namespace mpilogit::kernels
