#pragma once
// The types of values that data sets may hold, as far as this program reads them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "hdf5/handle.hpp"

namespace mpilogit::hdf5 {

/// Integers of odd sizes count as the next larger one, floats likewise (bfloat16 as float32): each
/// conversion is exact. Byte order does not matter.
enum class ValueType : int {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  uint64,
  int64,
  float16,  ///< IEEE 754 binary16
  float32,
  float64,
  boolean,  ///< an enumeration of FALSE and TRUE, as h5py writes it; a byte in memory, 0 or 1
  text,     ///< strings of fixed or variable length
};

/// As numpy calls it: "uint8", "float16", "bool", "string".
std::string_view to_string(ValueType type);

/// Bytes in memory; 0 for text.
std::size_t size_of(ValueType type);

bool is_floating(ValueType type);
bool is_signed_integer(ValueType type);

/// The type that holds a C++ number as it lies in memory.
template <class Value>
constexpr ValueType value_type() {
  if constexpr (std::is_same_v<Value, double>) return ValueType::float64;
  if constexpr (std::is_same_v<Value, float>) return ValueType::float32;
  if constexpr (std::is_integral_v<Value>) {
    constexpr bool kSigned = std::is_signed_v<Value>;
    if constexpr (sizeof(Value) == 1) return kSigned ? ValueType::int8 : ValueType::uint8;
    if constexpr (sizeof(Value) == 2) return kSigned ? ValueType::int16 : ValueType::uint16;
    if constexpr (sizeof(Value) == 4) return kSigned ? ValueType::int32 : ValueType::uint32;
    if constexpr (sizeof(Value) == 8) return kSigned ? ValueType::int64 : ValueType::uint64;
  }
}

/// Of an HDF5 type. Throws, naming `where`, if it is none of those (compound, 128 bits, …).
ValueType classify(hid_t type, const std::string& where);

/// The HDF5 type of a number in this machine's memory. Not for text.
Handle memory_type(ValueType type);

}  // namespace mpilogit::hdf5
