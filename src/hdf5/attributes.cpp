#include <limits>

#include "core/error.hpp"
#include "hdf5/detail/creation.hpp"
#include "hdf5/detail/storage.hpp"
#include "hdf5/references.hpp"
#include "hdf5/value_type.hpp"

namespace mpilogit::hdf5 {

namespace {

constexpr const char* kWriteAgain = "Write the file again";

std::string attribute_where(const File& file, const std::string& object, const std::string& name) {
  return file.where(object) + " (attribute " + name + ")";
}

struct Attribute {
  Handle handle;
  Handle type;
  Handle space;
  std::string where;

  // HDF5 reads nothing at all from an attribute without a shape.
  std::int64_t elements() const {
    if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) return 0;
    return element_count(extent(space.get(), where), where);
  }
};

Attribute open_attribute(const File& file, const std::string& object, const std::string& name) {
  const std::string where = attribute_where(file, object, name);
  const Handle owner = open_object(file, object);
  if (!found(H5Aexists(owner.get(), name.c_str()), "looking for it", where)) {
    throw core::bad_input({.what = "is missing", .where = where, .why = {}, .remedy = kWriteAgain});
  }
  Handle handle =
      checked(H5Aopen(owner.get(), name.c_str(), H5P_DEFAULT), H5Aclose, "opening", where);
  Handle type = checked(H5Aget_type(handle.get()), H5Tclose, "reading the type", where);
  Handle space = checked(H5Aget_space(handle.get()), H5Sclose, "reading the shape", where);
  return {std::move(handle), std::move(type), std::move(space), where};
}

// Those that are read say what something is.
constexpr std::size_t kLongestText = 65536;
constexpr std::size_t kLongestNumber = 16;

core::Error not_a(const std::string& wanted, const std::string& where) {
  return core::bad_input(
      {.what = "is not " + wanted, .where = where, .why = {}, .remedy = kWriteAgain});
}

void write(const File& file, const std::string& object, const std::string& name, hid_t type,
           const void* value, const std::vector<std::int64_t>& dimensions = {}) {
  const std::string where = attribute_where(file, object, name);
  const Handle owner = open_object(file, object);
  const Handle space = data_space(dimensions, where);
  const Handle attribute =
      checked(H5Acreate2(owner.get(), name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
              H5Aclose, "creating", where);
  check(H5Awrite(attribute.get(), type, value), "writing", where);
}

std::string read_variable_text(const Attribute& attribute) {
  char* bytes = nullptr;
  check(H5Aread(attribute.handle.get(), attribute.type.get(), &bytes), "reading", attribute.where);
  std::string text = bytes == nullptr ? "" : bytes;
  H5free_memory(bytes);
  if (text.size() > kLongestText) throw not_a("a short string", attribute.where);
  return text;
}

std::string read_fixed_text(const Attribute& attribute) {
  const std::size_t size = H5Tget_size(attribute.type.get());
  if (size > kLongestText) throw not_a("a short string", attribute.where);
  std::string text(size, '\0');
  check(H5Aread(attribute.handle.get(), attribute.type.get(), text.data()), "reading",
        attribute.where);
  text.erase(std::min(text.find('\0'), text.size()));
  return text;
}

}  // namespace

bool has_attribute(const File& file, const std::string& object, const std::string& name) {
  const Handle owner = open_object(file, object);
  return found(H5Aexists(owner.get(), name.c_str()), "looking for it",
               attribute_where(file, object, name));
}

void write_attribute(const File& file, const std::string& object, const std::string& name,
                     const std::string& value) {
  write_attribute(file, object, name, value.c_str());
}

void write_attribute(const File& file, const std::string& object, const std::string& name,
                     const char* value) {
  write(file, object, name, text_type(H5T_VARIABLE).get(), &value);
}

void write_attribute(const File& file, const std::string& object, const std::string& name,
                     double value) {
  write(file, object, name, H5T_NATIVE_DOUBLE, &value);
}

void write_attribute(const File& file, const std::string& object, const std::string& name,
                     std::int64_t value) {
  write(file, object, name, H5T_NATIVE_INT64, &value);
}

void write_attribute(const File& file, const std::string& object, const std::string& name,
                     std::span<const std::int64_t> values) {
  write(file, object, name, H5T_NATIVE_INT64, values.data(), {std::ssize(values)});
}

std::string read_text_attribute(const File& file, const std::string& object,
                                const std::string& name) {
  const Attribute attribute = open_attribute(file, object, name);
  if (H5Tget_class(attribute.type.get()) != H5T_STRING || attribute.elements() != 1) {
    throw not_a("a string", attribute.where);
  }
  return H5Tis_variable_str(attribute.type.get()) > 0 ? read_variable_text(attribute)
                                                      : read_fixed_text(attribute);
}

double read_double_attribute(const File& file, const std::string& object, const std::string& name) {
  const Attribute attribute = open_attribute(file, object, name);
  const H5T_class_t type = H5Tget_class(attribute.type.get());
  if ((type != H5T_FLOAT && type != H5T_INTEGER) || attribute.elements() != 1 ||
      H5Tget_size(attribute.type.get()) > kLongestNumber) {
    throw not_a("a number", attribute.where);
  }
  double value = 0.0;
  check(H5Aread(attribute.handle.get(), H5T_NATIVE_DOUBLE, &value), "reading", attribute.where);
  return value;
}

std::int64_t read_integer_attribute(const File& file, const std::string& object,
                                    const std::string& name) {
  const auto values = read_integers_attribute(file, object, name);
  if (values.size() != 1) throw not_a("one integer", attribute_where(file, object, name));
  return values.front();
}

std::vector<std::int64_t> read_integers_attribute(const File& file, const std::string& object,
                                                  const std::string& name) {
  const Attribute attribute = open_attribute(file, object, name);
  if (H5Tget_class(attribute.type.get()) != H5T_INTEGER ||
      H5Tget_size(attribute.type.get()) > kLongestNumber) {
    throw not_a("an integer or a list of integers", attribute.where);
  }
  // An attribute cannot be larger than 64 KiB unless it was made so on purpose.
  const std::int64_t elements = attribute.elements();
  if (elements > 8192) throw not_a("a short list of integers", attribute.where);
  std::vector<std::int64_t> values(static_cast<std::size_t>(elements));
  check(H5Aread(attribute.handle.get(), H5T_NATIVE_INT64, values.data()), "reading",
        attribute.where);
  return values;
}

}  // namespace mpilogit::hdf5
