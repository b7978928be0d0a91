#pragma once
// Rows that stay in their files: how a piece of them comes into memory, in every pass again.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/buffer.hpp"
#include "core/file_windows.hpp"
#include "core/function_ref.hpp"
#include "data/features/feature_rows.hpp"
#include "data/features/row_fingerprints.hpp"
#include "data/metadata/findings.hpp"
#include "data/metadata/open_files.hpp"

namespace mpilogit::data {

/// Memory of one piece, used again for the next.
struct Piece {
  Range rows;  ///< of the rank; what is in it
  core::Buffer values;
  const std::byte* mapped = nullptr;  ///< values where the page cache has them; null: in the buffer
  core::Buffer columns;               ///< sparse rows'
  std::vector<std::int64_t> starts;   ///< of sparse rows, unless all have as many entries
  std::vector<std::byte> scratch;
  bool sound = true;  ///< false: nothing of it may be looked at
  int loans = 0;      ///< the stream's: blocks that are being worked at
};

/// Makes room for so many bytes. What was in it is lost.
void make_room(core::Buffer& buffer, std::int64_t bytes);

struct PieceSizes {
  std::int64_t bytes = 0;  ///< of one at most, unless one block takes more
  std::int64_t pieces = 1;
  std::int64_t most_cached = 0;  ///< of chunks, for each data set
};

class StreamedRows {
 public:
  virtual ~StreamedRows() = default;
  StreamedRows(const StreamedRows&) = delete;
  StreamedRows& operator=(const StreamedRows&) = delete;

  /// Rows of the rank that are streamed.
  Range rows() const { return rows_; }
  /// That the buffers of a piece of these rows take.
  virtual std::int64_t bytes_of(Range rows) const = 0;
  /// Rows of the rank that are one after the other. By the reading threads, at most `readers()`.
  /// Throws bad input if they cannot be read, or are no longer what they were.
  virtual void fetch(Range rows, Piece& piece) = 0;
  /// Rows of the piece; none if it is not sound.
  virtual kernels::AnyRows view(const Piece& piece, Range rows) const = 0;

  /// From here to the end of the pass pieces may lie in the page cache.
  void begin_pass();
  void end_pass();
  /// When nobody looks at a piece any more. False if not all that was seen of it was the file's:
  /// the system could not give it.
  bool release(Piece& piece);
  /// After the pass: says why rows were not the file's. Always throws.
  [[noreturn]] void explain_loss(Range rows);

  /// Of sparse rows: bad column indices, as found by the first look.
  virtual Finding disorder() const { return {}; }
  /// All rows were fetched once and found to be good. From now on a piece that is not sound is an
  /// error.
  virtual void end_first_look() {
    looked_at_ = true;
    fingerprints_ = nullptr;
  }
  /// From now on pieces have these columns in their frames.
  virtual void put_in_frames(std::vector<kernels::FramedColumn> frames) {
    frames_ = std::move(frames);
  }
  /// Where what the first look reads is added, until it ends.
  void fingerprint_into(RowFingerprints* fingerprints) { fingerprints_ = fingerprints; }

  void require_unchanged() const { files_.require_unchanged(); }
  int readers() const { return looked_at_ ? readers_ : 1; }
  /// What stays in memory: the pieces and, of sparse rows, their lengths.
  virtual std::int64_t resident_bytes() const;

  /// Buffers and sizes of pieces, for the stream.
  std::vector<Piece>& pieces() { return pieces_; }
  std::int64_t piece_bytes() const { return piece_bytes_; }

  /// So far.
  std::int64_t bytes_read() const { return bytes_read_; }
  std::int64_t bytes_mapped() const { return bytes_mapped_; }
  double seconds_waited() const { return seconds_waited_; }
  void add_waiting(double seconds) { seconds_waited_ += seconds; }

 protected:
  StreamedRows(Metadata metadata, Range local_rows, Range rows, const PieceSizes& sizes);

  /// As of the metadata, for rows of the rank.
  void visit_files(Range rows, Metadata::FileVisitor visit) const;
  std::shared_ptr<const OpenFile> open(std::size_t file);
  /// Whether the piece is mapped now: values of these rows of a file, if they are all of it.
  bool map(const ArrayReader& values, Range in_file, Piece& piece);

  const Metadata metadata_;
  const Range local_rows_;
  const Range rows_;
  bool looked_at_ = false;
  RowFingerprints* fingerprints_ = nullptr;
  std::vector<kernels::FramedColumn> frames_;
  std::atomic<std::int64_t> bytes_read_ = 0;
  std::atomic<std::int64_t> bytes_mapped_ = 0;  ///< of these, not copied

 private:
  std::int64_t piece_bytes_;
  std::vector<Piece> pieces_;
  std::unique_ptr<core::FileWindows> windows_;  // one for each piece, during a pass
  int readers_ = 1;
  double seconds_waited_ = 0.0;
  OpenFiles files_;
};

}  // namespace mpilogit::data
