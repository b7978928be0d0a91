#include "mpilogit/data/rehearsal.hpp"

#include <vector>

#include "mpilogit/hdf5/array.hpp"

#include "data/metadata.hpp"

namespace mpilogit::data {

namespace {

constexpr std::int64_t kSmall = std::int64_t{4} << 20;

void read_if_small(const hdf5::File& file, const Array& array) {
  const hdf5::ArrayInfo& info = array.info;
  std::int64_t bytes = info.stored_bytes;
  for (const auto size : info.dimensions) {
    if (__builtin_mul_overflow(bytes, size, &bytes)) return;
  }
  if (bytes == 0 || bytes > kSmall) return;
  const hdf5::Array values(file, array.name, info);
  if (info.type == hdf5::ValueType::text) {
    values.read_texts(0, info.rows());
    return;
  }
  std::vector<std::byte> out(static_cast<std::size_t>(bytes));
  values.read_stored(0, info.rows(), out.data());
}

}  // namespace

void rehearse(const Source& source) {
  for (const auto& path : source.files) {
    const FileMetadata metadata = read_file_metadata(source, path);
    const hdf5::File file = hdf5::File::open(path);
    for (const auto* array : metadata.arrays()) read_if_small(file, *array);
  }
}

}  // namespace mpilogit::data
