#pragma once
// Telling files that this program wrote from those of others.

#include <string>

namespace mpilogit::cli {

enum class Maker { nobody, mpilogit, others };

struct FileKind {
  Maker maker = Maker::others;
  bool checkpoint = false;
  std::string what;  ///< for people: "a Parquet file", "text that begins with 'id,age'"
};

/// What a regular file is, by its beginning, and of HDF5 by its attributes. Ours are: HDF5 with our
/// `format` or a `fingerprint`, JSON with our keys, and what else begins as we begin it. An empty
/// file is nobody's: nothing is lost with it. Throws bad input, with the cause, if
/// it cannot be read.
FileKind kind_of_file(const std::string& path);

/// Whether a regular file begins as HDF5 files do.
bool is_hdf5_file(const std::string& path);

}  // namespace mpilogit::cli
