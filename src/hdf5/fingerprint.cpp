#include "hdf5/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.hpp"
#include "hdf5/references.hpp"

namespace mpilogit::hdf5 {

namespace {

constexpr const char* kFingerprint = "fingerprint";

// In this order, as h5py shows them: two uint64.
using Numbers = std::array<std::uint64_t, 2>;

}  // namespace

void write_fingerprint(hid_t dataset, const core::ByteFingerprint& fingerprint,
                       const std::string& where) {
  const Numbers numbers = {fingerprint.plain, fingerprint.placed};
  const hsize_t count = numbers.size();
  const Handle space =
      checked(H5Screate_simple(1, &count, nullptr), H5Sclose, "describing a shape", where);
  if (found(H5Aexists(dataset, kFingerprint), "looking for it", where)) {
    check(H5Adelete(dataset, kFingerprint), "writing", where);
  }
  Handle attribute = checked(
      H5Acreate2(dataset, kFingerprint, H5T_STD_U64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose, "creating", where);
  check(H5Awrite(attribute.get(), H5T_NATIVE_UINT64, numbers.data()), "writing", where);
  check(attribute.reset() ? 0 : -1, "writing", where);
}

// Another program's attribute of that name is not ours.
std::optional<core::ByteFingerprint> read_fingerprint(hid_t dataset, const std::string& where) {
  if (!found(H5Aexists(dataset, kFingerprint), "looking for it", where)) return std::nullopt;
  const Handle attribute =
      checked(H5Aopen(dataset, kFingerprint, H5P_DEFAULT), H5Aclose, "opening", where);
  const Handle type = checked(H5Aget_type(attribute.get()), H5Tclose, "reading the type", where);
  const Handle space = checked(H5Aget_space(attribute.get()), H5Sclose, "reading the shape", where);
  Numbers numbers{};
  if (H5Tequal(type.get(), H5T_STD_U64LE) <= 0 ||
      H5Sget_simple_extent_npoints(space.get()) != static_cast<hssize_t>(numbers.size())) {
    return std::nullopt;
  }
  check(H5Aread(attribute.get(), H5T_NATIVE_UINT64, numbers.data()), "reading", where);
  return core::ByteFingerprint{numbers[0], numbers[1]};
}

bool has_fingerprint(const File& file, const std::string& name) {
  return read_fingerprint(open_dataset(file, name).get(), file.where(name)).has_value();
}

core::ByteFingerprint fingerprint_of(std::span<const std::string> texts) {
  core::ByteFingerprint sum;
  std::int64_t offset = 0;
  for (const auto& text : texts) {
    const std::span<const char> bytes(text.c_str(), text.size() + 1);
    sum.add(std::as_bytes(bytes), offset);
    offset += std::ssize(bytes);
  }
  return sum;
}

core::ByteFingerprint stored_fingerprint(const File& file, const std::string& name,
                                         const ArrayInfo& info, std::int64_t first,
                                         std::int64_t count) {
  constexpr std::int64_t kPieceBytes = std::int64_t{1} << 20;
  const Array array(file, name, info);
  const std::int64_t row_bytes = info.width() * info.stored_bytes;
  const std::int64_t most =
      std::max<std::int64_t>(1, kPieceBytes / std::max<std::int64_t>(1, row_bytes));
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min(most, count) * row_bytes));
  core::ByteFingerprint sum;
  for (const std::int64_t last = first + count; first < last; first += most) {
    const std::int64_t rows = std::min(most, last - first);
    array.read_stored(first, rows, piece.data());
    sum.add(std::span(piece).first(static_cast<std::size_t>(rows * row_bytes)), first * row_bytes);
  }
  return sum;
}

void require_fingerprint(const core::ByteFingerprint& written, const core::ByteFingerprint& found,
                         const std::string& where) {
  if (written == found) return;
  throw core::bad_input(
      {.what = "does not match its fingerprint",
       .where = where,
       .why = "it was damaged, or changed, after it was written",
       .remedy = "Write the file again; if the change was meant, delete the data set's attribute "
                 "'fingerprint'"});
}

void require_intact(const File& file, const std::string& name, const ArrayInfo& info) {
  if (!info.fingerprint || info.variable_length) return;
  require_fingerprint(*info.fingerprint, stored_fingerprint(file, name, info, 0, info.rows()),
                      file.where(name));
}

}  // namespace mpilogit::hdf5
