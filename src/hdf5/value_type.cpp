#include "mpilogit/hdf5/value_type.hpp"

#include <array>
#include <cstring>
#include <memory>

#include "mpilogit/core/error.hpp"

namespace mpilogit::hdf5 {

namespace {

struct Description {
  std::string_view name;
  std::size_t size;
};

// In the order of the enumeration.
constexpr std::array<Description, 13> kDescriptions = {{{"uint8", 1},
                                                        {"int8", 1},
                                                        {"uint16", 2},
                                                        {"int16", 2},
                                                        {"uint32", 4},
                                                        {"int32", 4},
                                                        {"uint64", 8},
                                                        {"int64", 8},
                                                        {"float16", 2},
                                                        {"float32", 4},
                                                        {"float64", 8},
                                                        {"bool", 1},
                                                        {"string", 0}}};

const Description& describe(ValueType type) {
  return kDescriptions[static_cast<std::size_t>(type)];
}

core::Error unsupported(const std::string& what, const std::string& where) {
  return core::bad_input({.what = "holds " + what,
                          .where = where,
                          .why = "that type is not supported",
                          .remedy = "Store integers, bools, floats of up to 64 bits or strings"});
}

ValueType classify_integer(hid_t type, const std::string& where) {
  const std::size_t size = H5Tget_size(type);
  const bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
  if (size == 1) return is_signed ? ValueType::int8 : ValueType::uint8;
  if (size == 2) return is_signed ? ValueType::int16 : ValueType::uint16;
  if (size <= 4) return is_signed ? ValueType::int32 : ValueType::uint32;
  if (size <= 8) return is_signed ? ValueType::int64 : ValueType::uint64;
  throw unsupported("integers of " + std::to_string(size) + " bytes", where);
}

// binary16: sign in bit 15, 5 bits of exponent from bit 10, 10 bits of mantissa from bit 0.
bool is_half(hid_t type) {
  std::size_t sign = 0;
  std::size_t exponent = 0;
  std::size_t exponent_bits = 0;
  std::size_t mantissa = 0;
  std::size_t mantissa_bits = 0;
  return H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
         sign == 15 && exponent == 10 && exponent_bits == 5 && mantissa == 0 &&
         mantissa_bits == 10 && H5Tget_ebias(type) == 15;
}

ValueType classify_float(hid_t type, const std::string& where) {
  const std::size_t size = H5Tget_size(type);
  if (size == 2 && is_half(type)) return ValueType::float16;
  if (size <= 4) return ValueType::float32;
  if (size <= 8) return ValueType::float64;
  throw unsupported("floats of " + std::to_string(size) + " bytes", where);
}

bool is_boolean(hid_t type) {
  if (H5Tget_size(type) != 1 || H5Tget_nmembers(type) != 2) return false;
  for (unsigned member = 0; member < 2; ++member) {
    signed char value = -1;
    if (H5Tget_member_value(type, member, &value) < 0) return false;
    const std::unique_ptr<char, herr_t (*)(void*)> name(H5Tget_member_name(type, member),
                                                        H5free_memory);
    if (!name || (value != 0 && value != 1)) return false;
    if (std::strcmp(name.get(), value == 0 ? "FALSE" : "TRUE") != 0) return false;
  }
  return true;
}

// HDF5 1.10 has no predefined binary16: float32 with its fields moved, then shrunk.
Handle half_type() {
  Handle type(H5Tcopy(H5T_NATIVE_FLOAT), H5Tclose);
  check(H5Tset_fields(type.get(), 15, 10, 5, 0, 10), "defining float16", "");
  check(H5Tset_size(type.get(), 2), "defining float16", "");
  check(H5Tset_ebias(type.get(), 15), "defining float16", "");
  return type;
}

Handle boolean_type() {
  Handle type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
  const std::array<std::int8_t, 2> values = {0, 1};
  check(H5Tenum_insert(type.get(), "FALSE", &values[0]), "defining bool", "");
  check(H5Tenum_insert(type.get(), "TRUE", &values[1]), "defining bool", "");
  return type;
}

hid_t native_number(ValueType type) {
  switch (type) {
    case ValueType::uint8:
      return H5T_NATIVE_UINT8;
    case ValueType::int8:
      return H5T_NATIVE_INT8;
    case ValueType::uint16:
      return H5T_NATIVE_UINT16;
    case ValueType::int16:
      return H5T_NATIVE_INT16;
    case ValueType::uint32:
      return H5T_NATIVE_UINT32;
    case ValueType::int32:
      return H5T_NATIVE_INT32;
    case ValueType::uint64:
      return H5T_NATIVE_UINT64;
    case ValueType::int64:
      return H5T_NATIVE_INT64;
    case ValueType::float32:
      return H5T_NATIVE_FLOAT;
    case ValueType::float64:
      return H5T_NATIVE_DOUBLE;
    default:
      throw core::internal_failure("no memory type for " + std::string(to_string(type)));
  }
}

}  // namespace

std::string_view to_string(ValueType type) {
  return describe(type).name;
}

std::size_t size_of(ValueType type) {
  return describe(type).size;
}

bool is_floating(ValueType type) {
  return type == ValueType::float16 || type == ValueType::float32 || type == ValueType::float64;
}

bool is_signed_integer(ValueType type) {
  return type == ValueType::int8 || type == ValueType::int16 || type == ValueType::int32 ||
         type == ValueType::int64;
}

ValueType classify(hid_t type, const std::string& where) {
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return classify_integer(type, where);
    case H5T_FLOAT:
      return classify_float(type, where);
    case H5T_STRING:
      return ValueType::text;
    case H5T_ENUM:
      if (is_boolean(type)) return ValueType::boolean;
      throw unsupported("an enumeration", where);
    case H5T_COMPOUND:
      throw unsupported("records (a compound type, as of a table or of complex numbers)", where);
    default:
      throw unsupported("values of a special HDF5 type", where);
  }
}

Handle memory_type(ValueType type) {
  if (type == ValueType::float16) return half_type();
  if (type == ValueType::boolean) return boolean_type();
  return checked(H5Tcopy(native_number(type)), H5Tclose, "copying a type", "");
}

}  // namespace mpilogit::hdf5
