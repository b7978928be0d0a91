#include "hdf5/value_type.hpp"

#include <array>
#include <cstring>
#include <memory>

#include "core/error.hpp"

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

// In either byte order.
bool is_stored_as(ValueType value, hid_t type) {
  const Handle plain = memory_type(value);
  for (const H5T_order_t order : {H5T_ORDER_LE, H5T_ORDER_BE}) {
    check(H5Tset_order(plain.get(), order), "setting a byte order", "");
    if (H5Tequal(plain.get(), type) > 0) return true;
  }
  return false;
}

// HDF5 lets every number have its own places for sign, exponent and mantissa. Only machines' own
// are taken: anything else is rather a damaged description, whose numbers would be wrong in
// silence.
ValueType classify_number(hid_t type, const std::string& kind, const std::string& where) {
  for (const ValueType value :
       {ValueType::uint8, ValueType::int8, ValueType::uint16, ValueType::int16, ValueType::uint32,
        ValueType::int32, ValueType::uint64, ValueType::int64, ValueType::float16,
        ValueType::float32, ValueType::float64}) {
    if (is_stored_as(value, type)) return value;
  }
  throw unsupported(kind + " of " + std::to_string(H5Tget_size(type)) +
                        " bytes that are not laid out as a machine's own",
                    where);
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
      return classify_number(type, "integers", where);
    case H5T_FLOAT:
      return classify_number(type, "floats", where);
    case H5T_STRING:
      if (H5Tget_size(type) == 0) throw unsupported("strings of no length", where);
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
