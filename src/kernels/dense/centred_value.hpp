#pragma once
// One entry less its column's centre, rounded once.

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "kernels/dense/widen.hpp"

namespace mpilogit::kernels {

template <class Value>
double less_centre(Value value, double centre) {
  return widen(value) - centre;
}

/// Integers beyond 2^53 have neighbours that are the same double: they are subtracted as integers,
/// as long as the centre is one of their type. Beyond 2^53 it is a whole number.
template <class Value>
double less_centre_wide(Value value, double centre) {
  constexpr double exact = 0x1p53;
  constexpr double least = std::is_signed_v<Value> ? -0x1p63 : 0.0;
  constexpr double beyond = std::is_signed_v<Value> ? 0x1p63 : 0x1p64;
  const double widened = widen(value);
  const bool wide = std::fabs(widened) >= exact && std::fabs(centre) >= exact;
  if (!wide || centre < least || centre >= beyond) return widened - centre;
  const auto whole = static_cast<Value>(centre);
  const auto difference = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(whole);
  return value >= whole ? static_cast<double>(difference) : -static_cast<double>(0 - difference);
}

inline double less_centre(std::int64_t value, double centre) {
  return less_centre_wide(value, centre);
}

inline double less_centre(std::uint64_t value, double centre) {
  return less_centre_wide(value, centre);
}

}  // namespace mpilogit::kernels
