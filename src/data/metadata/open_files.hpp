#pragma once
// The features of data files, open for reading any rows again and again.

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/error.hpp"
#include "core/file_status.hpp"
#include "data/metadata/metadata.hpp"
#include "hdf5/plain_rows.hpp"

namespace mpilogit::data {

/// One data set: past HDF5 where that can be, and then by several threads at once.
class ArrayReader {
 public:
  ArrayReader(const hdf5::File& file, const Array& array, hdf5::ValueType type,
              std::int64_t most_cached);

  void read(std::int64_t first, std::int64_t count, void* out) const;
  /// Where these rows are already, in that window until it is closed; null if they must be read.
  const std::byte* find(std::int64_t first, std::int64_t count, core::FileWindows& windows,
                        std::size_t window) const {
    return plain_ ? plain_->find(first, count, windows, window) : nullptr;
  }
  bool plain() const { return plain_.has_value(); }

 private:
  hdf5::ValueType type_;
  std::optional<hdf5::PlainRows> plain_;
  std::optional<hdf5::Array> array_;
};

struct OpenFile {
  OpenFile(const FileMetadata& metadata, hdf5::ValueType storage, std::int64_t most_cached);

  bool plain() const { return values.plain() && (!indices || indices->plain()); }

  hdf5::File file;
  ArrayReader values;
  hdf5::ValueType index_type = hdf5::ValueType::uint32;  ///< as indices are read
  std::optional<ArrayReader> indices;
};

/// Opens files as they are needed and keeps the last one. Refuses those that have changed since
/// this object was made.
class OpenFiles {
 public:
  /// Those of `files`, numbers in `metadata`, which must outlive this object.
  OpenFiles(const Metadata& metadata, Range files, std::int64_t most_cached);
  ~OpenFiles();

  /// One thread may call it; or several, if there is only one file, and read from it if that is
  /// plain. HDF5 must not be called elsewhere meanwhile.
  std::shared_ptr<const OpenFile> open(std::size_t file);

  std::int64_t count() const { return files_.size(); }

  /// Throws if one of the files is not what it was.
  void require_unchanged() const;

 private:
  void require_unchanged(std::size_t file) const;

  const Metadata& metadata_;
  Range files_;
  std::int64_t most_cached_;
  std::vector<core::FileStamp> stamps_;  // of files_
  std::mutex mutex_;
  std::size_t last_ = 0;
  std::shared_ptr<const OpenFile> open_;
};

/// The error that a file is whose contents are no longer what they were.
core::Error changed(const std::string& path);

}  // namespace mpilogit::data
