#pragma once
// One rank's rows, file by file: the same loop for all ways to read.

#include <exception>

#include "mpilogit/core/function_ref.hpp"

#include "data/metadata.hpp"

namespace mpilogit::data {

/// How the ranks read together; `mode` is not `automatic`.
struct Access {
  comm::Communicator communicator;
  ReadMode mode = ReadMode::posix;
};

/// `mode` itself, or for `automatic` the choice that docs/io.md explains. Throws if the files
/// cannot be read in that mode. The same on every rank.
ReadMode choose_mode(ReadMode mode, const Metadata& metadata);

/// The rows of one file that a rank wants, with the file open.
class FilePart {
 public:
  FilePart(const Access& access, const FileMetadata& metadata, hdf5::File file, Range rows,
           std::int64_t position)
      : metadata_(metadata),
        rows_(rows),
        position_(position),
        access_(access),
        file_(std::move(file)) {}

  const FileMetadata& metadata() const { return metadata_; }
  Range rows() const { return rows_; }                 ///< inside the file; may be empty
  std::int64_t position() const { return position_; }  ///< of the first one among the wanted rows

  /// Reads elements of `array` into `out`. A failure is kept for the end of the file: in collective
  /// mode the other ranks are in the same calls, and every rank must call this alike.
  void read(const Array& array, Range elements, hdf5::ValueType type, void* out);
  std::vector<std::string> read_texts(const Array& array, Range elements);

  /// Runs `work` and keeps its failure likewise.
  void attempt(core::FunctionRef<void()> work);

  std::exception_ptr failure() const { return failure_; }

 private:
  hdf5::Array open(const Array& array) const;

  const FileMetadata& metadata_;
  Range rows_;
  std::int64_t position_;
  const Access& access_;
  hdf5::File file_;
  std::exception_ptr failure_;
};

/// Collective. Visits the files in order, with the part of the global rows `wanted` that each has;
/// files without any are left out where no other rank has to know. If anything failed on any rank,
/// all throw the same error.
void for_each_file(const Access& access, const Metadata& metadata, Range wanted,
                   core::FunctionRef<void(FilePart&)> visit);

}  // namespace mpilogit::data
