#include "hdf5/plain_rows.hpp"

#include <sys/stat.h>

#include "core/error.hpp"
#include "hdf5/detail/descriptor.hpp"
#include "hdf5/detail/storage.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

bool is_plain(hid_t dataset, ValueType type, const std::string& where) {
  const Handle creation =
      checked(H5Dget_create_plist(dataset), H5Pclose, "reading the layout", where);
  const Handle stored = checked(H5Dget_type(dataset), H5Tclose, "reading the type", where);
  return H5Pget_layout(creation.get()) == H5D_CONTIGUOUS &&
         H5Pget_external_count(creation.get()) == 0 && H5Pget_nfilters(creation.get()) == 0 &&
         H5Tequal(stored.get(), memory_type(type).get()) > 0;
}

bool fits(int descriptor, std::int64_t start, std::int64_t bytes) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && bytes <= status.st_size &&
         start <= status.st_size - bytes;
}

}  // namespace

std::optional<PlainRows> PlainRows::find(const File& file, const std::string& name,
                                         const ArrayInfo& info, ValueType type) {
  if (file.parallel() || type == ValueType::text) return std::nullopt;
  const std::string where = file.where(name);
  const int descriptor = descriptor_of(file);
  const Handle dataset = open_dataset(file, name);
  const Handle space = checked(H5Dget_space(dataset.get()), H5Sclose, "reading the shape", where);
  if (descriptor < 0 || !is_plain(dataset.get(), type, where) ||
      extent(space.get(), where) != info.dimensions) {
    return std::nullopt;
  }
  // Counted from the file's first byte: what a user block takes is in it.
  const haddr_t start = H5Dget_offset(dataset.get());
  const auto bytes_of_value = static_cast<std::int64_t>(size_of(type));
  const std::int64_t bytes = element_count(info.dimensions, where) * bytes_of_value;
  if (start == HADDR_UNDEF ||
      static_cast<std::int64_t>(H5Dget_storage_size(dataset.get())) < bytes ||
      !fits(descriptor, static_cast<std::int64_t>(start), bytes)) {
    return std::nullopt;  // HDF5 has the words for it
  }
  const auto first = static_cast<std::int64_t>(start);
  return PlainRows(where, descriptor, first, info.rows(), info.width() * bytes_of_value,
                   first % bytes_of_value == 0);
}

std::int64_t PlainRows::place_of(std::int64_t first, std::int64_t count) const {
  if (first < 0 || count < 0 || first > rows_ - count) {
    throw core::internal_failure("rows that " + where_ + " does not have");
  }
  return start_ + first * row_bytes_;
}

const std::byte* PlainRows::find(std::int64_t first, std::int64_t count, core::FileWindows& windows,
                                 std::size_t window) const {
  const std::int64_t at = place_of(first, count);
  return aligned_ ? windows.open(window, descriptor_, at, count * row_bytes_) : nullptr;
}

void PlainRows::read(std::int64_t first, std::int64_t count, void* out) const {
  const auto bytes = static_cast<std::size_t>(count * row_bytes_);
  read_bytes(descriptor_, place_of(first, count), {static_cast<std::byte*>(out), bytes}, where_);
}

}  // namespace mpilogit::hdf5
