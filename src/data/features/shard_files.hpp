#pragma once
// One rank's rows, file by file: the same loop for all ways to read.

#include <algorithm>
#include <exception>
#include <span>

#include "core/function_ref.hpp"
#include "data/metadata/metadata.hpp"

namespace mpilogit::data {

class RowFingerprints;

/// How the ranks read together; `mode` is not `automatic`.
struct Access {
  comm::Communicator communicator;
  ReadMode mode = ReadMode::posix;
  int threads = 1;                          ///< of each rank
  RowFingerprints* fingerprints = nullptr;  ///< of what is read, if somebody asks for them
};

/// `mode` itself, or for `automatic` the choice that docs/io.md explains. Throws if the files
/// cannot be read in that mode. The same on every rank.
ReadMode choose_mode(ReadMode mode, const Metadata& metadata);

using LookAtSlice = core::FunctionRef<void(Range rows, int worker)>;

/// Rows of a slice: those that fit a core's cache, at least one.
std::int64_t rows_per_slice(std::int64_t row_bytes);

/// Splits 0 … rows − 1 over `threads` workers, an even run of slices each, the lowest rows to the
/// first one. Rethrows what `look` throws.
void for_each_slice(std::int64_t rows, std::int64_t per_slice, int threads, LookAtSlice look);

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
  /// Likewise in pieces that stay in cache, which `look` sees in turn: the scratch for reading a
  /// long column is one piece.
  template <class Value>
  void read_pieces(const Array& array, Range elements, hdf5::ValueType type,
                   core::FunctionRef<void(std::span<const Value>)> look) {
    std::vector<Value> piece(static_cast<std::size_t>(std::min(kPiece, elements.size())));
    for_each_piece(array, elements, [&](const hdf5::Array& source, Range part) {
      source.read(part.first, part.size(), type, piece.data(), collective());
      look(std::span<const Value>(piece).first(static_cast<std::size_t>(part.size())));
    });
  }
  void read_text_pieces(const Array& array, Range elements,
                        core::FunctionRef<void(std::span<const std::string>)> look);

  /// Reads the part's rows of `array` into `out`, slice by slice, and shows each slice to `look`
  /// while it is in cache: its rows, counted from the part's first, and the number of the worker
  /// that read them, below access.threads. The slices of one worker ascend; `look` may run for
  /// several workers at the same time. After a failure some slices may not be seen.
  void read_slices(const Array& array, hdf5::ValueType type, std::byte* out, LookAtSlice look);

  /// Adds elements of `array` that were read as `type` to the fingerprints, if they are to be
  /// there.
  void fingerprint(const Array& array, Range elements, hdf5::ValueType type,
                   const std::byte* bytes);
  /// Reads rows of `array` as they are stored, for their fingerprint alone: for small columns.
  void fingerprint_stored(const Array& array, Range rows);

  /// Runs `work` and keeps its failure likewise.
  void attempt(core::FunctionRef<void()> work);

  std::exception_ptr failure() const { return failure_; }

 private:
  static constexpr std::int64_t kPiece = std::int64_t{1} << 17;

  bool collective() const { return access_.mode == ReadMode::collective; }
  hdf5::Array open(const Array& array) const;
  void for_each_piece(const Array& array, Range elements,
                      core::FunctionRef<void(const hdf5::Array&, Range)> read);
  void read_ahead(const hdf5::Array& source, const hdf5::ArrayInfo& info, hdf5::ValueType type,
                  std::byte* out, LookAtSlice look);

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
