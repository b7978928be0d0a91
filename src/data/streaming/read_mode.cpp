#include <algorithm>

#include "core/error.hpp"
#include "data/features/shard_files.hpp"

namespace mpilogit::data {

namespace {

// HDF5 opens the sources of a virtual data set on its own, outside of MPI-IO.
const FileMetadata* find_virtual(const Metadata& metadata) {
  const auto is_virtual = [](const FileMetadata& file) {
    const auto arrays = file.arrays();
    return std::any_of(arrays.begin(), arrays.end(),
                       [](const Array* array) { return array->info.is_virtual; });
  };
  const auto found = std::find_if(metadata.files.begin(), metadata.files.end(), is_virtual);
  return found == metadata.files.end() ? nullptr : &*found;
}

}  // namespace

// posix is not the fastest everywhere (docs/io.md has the figures), but never far behind, and ranks
// that do not meet in HDF5 cannot leave each other waiting there.
ReadMode choose_mode(ReadMode mode, const Metadata& metadata) {
  if (mode == ReadMode::automatic || mode == ReadMode::posix) return ReadMode::posix;
  if (const FileMetadata* file = find_virtual(metadata)) {
    throw core::agreed_bad_input({.what = "holds a virtual data set",
                                  .where = file->path,
                                  .why = "HDF5 cannot read those over MPI-IO",
                                  .remedy = "Use --io posix"});
  }
  return mode;
}

}  // namespace mpilogit::data
