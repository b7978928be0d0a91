#include <algorithm>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "core/file_status.hpp"
#include "hdf5/array.hpp"
#include "hdf5/detail/creation.hpp"
#include "hdf5/detail/storage.hpp"
#include "hdf5/fingerprint.hpp"
#include "hdf5/memory.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

core::Error wrong_type(const File& file, const std::string& name, ValueType type,
                       const std::string& wanted) {
  return core::bad_input({.what = "holds " + std::string(to_string(type)) + " values",
                          .where = file.where(name),
                          .why = wanted + " are needed here",
                          .remedy = "Write it again in that type"});
}

template <class Value>
std::vector<Value> read_whole(const File& file, const std::string& name, const ArrayInfo& info,
                              ValueType memory) {
  const std::int64_t count = element_count(info.dimensions, file.where(name));
  require_memory(count * static_cast<std::int64_t>(sizeof(Value)), file.where(name));
  require_intact(file, name, info);
  std::vector<Value> values(static_cast<std::size_t>(count));
  if (count > 0) Array(file, name, info).read(0, info.rows(), memory, values.data());
  return values;
}

// HDF5 keeps small arrays in a buffer and writes them when the data set is closed: a failure there
// that nobody asks for leaves zeros in a file that seems whole.
void write_whole(const File& file, const std::string& name, hid_t type, const void* values,
                 const std::vector<std::int64_t>& dimensions,
                 const core::ByteFingerprint& fingerprint) {
  const std::string where = file.where(name);
  Handle dataset = create_dataset(file, name, type, dimensions);
  if (element_count(dimensions, where) > 0) {
    check(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "writing", where);
  }
  write_fingerprint(dataset.get(), fingerprint, where);
  check(dataset.reset() ? 0 : -1, "writing", where);
}

template <class Value>
void write_numbers(const File& file, const std::string& name, hid_t type,
                   std::span<const Value> values, const std::vector<std::int64_t>& dimensions) {
  core::ByteFingerprint fingerprint;
  fingerprint.add(std::as_bytes(values), 0);
  write_whole(file, name, type, values.data(), dimensions, fingerprint);
}

void require_size(const File& file, const std::string& name, std::size_t size,
                  const std::vector<std::int64_t>& dimensions) {
  if (element_count(dimensions, file.where(name)) != static_cast<std::int64_t>(size)) {
    throw core::internal_failure("values for " + file.where(name) + " do not fit its shape");
  }
}

}  // namespace

Handle text_type(std::size_t length) {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  check(H5Tset_size(type.get(), length), "defining a string", "");
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "defining a string", "");
  if (length != H5T_VARIABLE) {
    check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "defining a string", "");
  }
  return type;
}

Handle data_space(const std::vector<std::int64_t>& dimensions, const std::string& where) {
  if (dimensions.empty()) {
    return checked(H5Screate(H5S_SCALAR), H5Sclose, "describing a shape", where);
  }
  const std::vector<hsize_t> sizes(dimensions.begin(), dimensions.end());
  return checked(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose,
                 "describing a shape", where);
}

namespace {

// HDF5 would note the time in those that it creates on its own on the way to a data set.
void create_groups(const File& file, const std::string& name) {
  for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1)) {
    const std::string path = name.substr(0, end);
    const std::string where = file.where(path);
    if (found(H5Lexists(file.get(), path.c_str(), H5P_DEFAULT), "looking for it", where)) continue;
    const Handle creation = checked(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "creating", where);
    check(H5Pset_obj_track_times(creation.get(), false), "creating", where);
    checked(H5Gcreate2(file.get(), path.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT),
            H5Gclose, "creating", where);
  }
}

}  // namespace

Handle create_dataset(const File& file, const std::string& name, hid_t type,
                      const std::vector<std::int64_t>& dimensions, H5D_alloc_time_t allocated) {
  const std::string where = file.where(name);
  const Handle space = data_space(dimensions, where);
  const Handle creation = checked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "creating", where);
  check(H5Pset_obj_track_times(creation.get(), false), "creating", where);
  check(H5Pset_alloc_time(creation.get(), allocated), "creating", where);
  // Every value is written: no time for fill values, except where HDF5 insists on them.
  if (H5Tis_variable_str(type) <= 0) {
    check(H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER), "creating", where);
  }
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(element_count(dimensions, where),
                             static_cast<std::int64_t>(H5Tget_size(type)), &bytes)) {
    bytes = std::numeric_limits<std::int64_t>::max();
  }
  core::require_space(file.path(), bytes);
  const std::string path = without_leading_slash(name);
  create_groups(file, path);
  return checked(H5Dcreate2(file.get(), path.c_str(), type, space.get(), H5P_DEFAULT,
                            creation.get(), H5P_DEFAULT),
                 H5Dclose, "creating", where);
}

std::vector<char> padded(std::span<const std::string> texts, std::size_t length) {
  std::vector<char> bytes(texts.size() * length, '\0');
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() > length) throw core::internal_failure("text too long for its column");
    std::copy(texts[i].begin(), texts[i].end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(i * length));
  }
  return bytes;
}

std::vector<std::int64_t> dimensions(const File& file, const std::string& name) {
  const Handle dataset = open_dataset(file, name);
  const Handle space =
      checked(H5Dget_space(dataset.get()), H5Sclose, "reading the shape", file.where(name));
  return extent(space.get(), file.where(name));
}

std::vector<double> read_doubles(const File& file, const std::string& name) {
  const ArrayInfo info = inspect_array(file, name);
  if (info.type == ValueType::text) throw wrong_type(file, name, info.type, "numbers");
  if (info.type != ValueType::boolean) {
    return read_whole<double>(file, name, info, ValueType::float64);
  }
  const auto bytes = read_whole<std::uint8_t>(file, name, info, ValueType::boolean);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::int64_t> read_integers(const File& file, const std::string& name) {
  const ArrayInfo info = inspect_array(file, name);
  if (info.type == ValueType::text || is_floating(info.type)) {
    throw wrong_type(file, name, info.type, "integers");
  }
  if (info.type == ValueType::boolean) {
    const auto bytes = read_whole<std::uint8_t>(file, name, info, ValueType::boolean);
    return {bytes.begin(), bytes.end()};
  }
  if (info.type != ValueType::uint64) {
    return read_whole<std::int64_t>(file, name, info, ValueType::int64);
  }
  const auto values = read_whole<std::uint64_t>(file, name, info, ValueType::uint64);
  for (const auto value : values) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw wrong_type(file, name, info.type, "integers below 2^63");
    }
  }
  return {values.begin(), values.end()};
}

std::vector<std::string> read_strings(const File& file, const std::string& name) {
  const ArrayInfo info = inspect_array(file, name);
  if (info.type != ValueType::text) throw wrong_type(file, name, info.type, "strings");
  const std::int64_t count = element_count(info.dimensions, file.where(name));
  const auto each = static_cast<std::int64_t>(sizeof(std::string)) + info.stored_bytes;
  std::int64_t bytes = 0;
  if (__builtin_mul_overflow(count, each, &bytes)) bytes = std::numeric_limits<std::int64_t>::max();
  require_memory(bytes, file.where(name));
  if (count == 0) return {};
  require_intact(file, name, info);
  std::vector<std::string> texts = Array(file, name, info).read_texts(0, info.rows());
  if (info.fingerprint && info.variable_length) {
    require_fingerprint(*info.fingerprint, fingerprint_of(texts), file.where(name));
  }
  return texts;
}

void write_doubles(const File& file, const std::string& name, std::span<const double> values,
                   const std::vector<std::int64_t>& dimensions) {
  require_size(file, name, values.size(), dimensions);
  write_numbers(file, name, H5T_NATIVE_DOUBLE, values, dimensions);
}

void write_integers(const File& file, const std::string& name, std::span<const std::int64_t> values,
                    const std::vector<std::int64_t>& dimensions) {
  require_size(file, name, values.size(), dimensions);
  write_numbers(file, name, H5T_NATIVE_INT64, values, dimensions);
}

void write_bytes(const File& file, const std::string& name, std::span<const std::uint8_t> values,
                 const std::vector<std::int64_t>& dimensions) {
  require_size(file, name, values.size(), dimensions);
  write_numbers(file, name, H5T_NATIVE_UINT8, values, dimensions);
}

void write_booleans(const File& file, const std::string& name, std::span<const std::uint8_t> values,
                    const std::vector<std::int64_t>& dimensions) {
  require_size(file, name, values.size(), dimensions);
  std::vector<std::uint8_t> truths(values.size());
  std::transform(values.begin(), values.end(), truths.begin(),
                 [](std::uint8_t value) { return static_cast<std::uint8_t>(value != 0); });
  const Handle type = memory_type(ValueType::boolean);
  write_numbers(file, name, type.get(), std::span<const std::uint8_t>(truths), dimensions);
}

void write_strings(const File& file, const std::string& name, std::span<const std::string> values,
                   const std::vector<std::int64_t>& dimensions) {
  require_size(file, name, values.size(), dimensions);
  std::vector<const char*> pointers;
  for (const auto& value : values) pointers.push_back(value.c_str());
  write_whole(file, name, text_type(H5T_VARIABLE).get(), pointers.data(), dimensions,
              fingerprint_of(values));
}

}  // namespace mpilogit::hdf5
