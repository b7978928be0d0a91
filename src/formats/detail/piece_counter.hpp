#pragma once
// What one rank counts in its share of the text of a table.

#include <cstdint>
#include <memory>
#include <vector>

#include "formats/text_files.hpp"
#include "formats/text_stream.hpp"

namespace mpilogit::formats {

/// Counts in the next bytes of a stream.
struct TextCount {
  std::int64_t bytes = 0;  ///< less than wanted: the stream is at its end
  std::int64_t quotes = 0;
  std::int64_t newlines = 0;
};
TextCount count_in(TextStream& stream, std::int64_t wanted, char quote);

/// Cuts the text into pieces and counts what is in this rank's: those of plain files are dealt out,
/// a compressed one is one rank's as a whole, for it has no middle where reading could begin.
class PieceCounter {
 public:
  /// `piece_bytes` 0: as is good.
  PieceCounter(const TextFiles& files, std::int64_t piece_bytes, int rank, int ranks);

  /// One piece more. Returns how many bytes that was, 0 when all is done.
  std::int64_t step();

  const std::vector<TextPiece>& pieces() const { return pieces_; }

 private:
  struct Task {
    std::size_t file = 0;
    std::int64_t first = 0;
    std::int64_t last = -1;  // −1: to the end of the text, which is not known beforehand
    std::int64_t piece_bytes = 0;
  };

  std::int64_t next_piece(Task& task);

  const TextFiles& files_;
  std::vector<Task> tasks_;  // pieces of one file, one after the other
  std::size_t task_ = 0;
  std::unique_ptr<TextStream> stream_;  // of the task
  std::vector<TextPiece> pieces_;
};

}  // namespace mpilogit::formats
