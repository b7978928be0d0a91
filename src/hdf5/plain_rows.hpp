#pragma once
// Rows that lie in the file as they lie in memory: read past HDF5, from several threads at once.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/file_windows.hpp"
#include "hdf5/array.hpp"

namespace mpilogit::hdf5 {

/// A contiguous, unfiltered data set in a type that needs no conversion, read with pread(2). HDF5
/// must not be called by two threads; this may. Must not outlive the file that it was found in.
class PlainRows {
 public:
  /// Nothing if HDF5 is needed to read `name` as `type`: the rows are in chunks, compressed, in
  /// other files, of another type or byte order, or the file is open over MPI-IO. Trusts that
  /// `inspect_array` was content with `info`, and checks that the data set still is what it says
  /// and lies inside the file.
  static std::optional<PlainRows> find(const File& file, const std::string& name,
                                       const ArrayInfo& info, ValueType type);

  /// Rows first … first + count − 1 into `out`. Throws core::Error (bad input) with the system's
  /// reason, and if the file has become too short.
  void read(std::int64_t first, std::int64_t count, void* out) const;

  /// Likewise, where they are already: in that window until it is closed. Null if they must be
  /// read.
  const std::byte* find(std::int64_t first, std::int64_t count, core::FileWindows& windows,
                        std::size_t window) const;

 private:
  PlainRows(std::string where, int descriptor, std::int64_t start, std::int64_t rows,
            std::int64_t row_bytes, bool aligned)
      : where_(std::move(where)),
        descriptor_(descriptor),
        start_(start),
        rows_(rows),
        row_bytes_(row_bytes),
        aligned_(aligned) {}

  std::int64_t place_of(std::int64_t first, std::int64_t count) const;

  std::string where_;
  int descriptor_;  // HDF5's own: the same file, whatever its path means by now
  std::int64_t start_;
  std::int64_t rows_;
  std::int64_t row_bytes_;
  bool aligned_;  // values lie in the file as they must in memory
};

}  // namespace mpilogit::hdf5
