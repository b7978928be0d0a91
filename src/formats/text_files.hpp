#pragma once
// The files of one table, and which part of their text is whose.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "comm/communicator.hpp"
#include "formats/rounds.hpp"
#include "formats/text_stream.hpp"

namespace mpilogit::formats {

/// What delimits fields and rows, beside newlines (LF or CR LF).
struct Dialect {
  char delimiter = ',';
  char quote = '"';  ///< NUL: none
  bool header = true;
};

/// What must be known of a table before its text is read.
struct TextSource {
  std::vector<std::string> paths;  ///< rows one after the other
  char delimiter = '\0';           ///< NUL: that of `, ; tab |` which the first line has most of
  char quote = '"';
  bool header = true;
  std::int64_t piece_bytes = 0;  ///< 0: as is good; tests take small ones
};

/// Bytes of a file's text that are one rank's: its rows are those behind the newlines (outside of
/// quotes) that these bytes hold. So nobody needs to look at a byte before his own.
struct Stretch {
  std::size_t file = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool begins_row = false;     ///< the first row of the file begins with it
  bool inside_quotes = false;  ///< before its first byte
};

/// A part of a file's text, and how much of what is in it.
struct TextPiece {
  std::int64_t file = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t quotes = 0;
  std::int64_t newlines = 0;
};

class TextFiles {
 public:
  /// Collective. Finds delimiter and columns in the first lines, then looks at every byte of the
  /// text once: the number of quotes before a place says whether it is inside of quotes, wherever
  /// it is cut. Throws bad input, the same on all ranks.
  TextFiles(const TextSource& source, const comm::Communicator& communicator,
            const Progress& progress);

  const Dialect& dialect() const { return dialect_; }
  const std::vector<std::string>& columns() const { return columns_; }
  /// Its number among them, if there is a column of that name.
  std::optional<std::size_t> column(const std::string& name) const;
  const std::vector<std::string>& paths() const { return paths_; }

  /// Of this rank: pieces of the text one after the other, in the order of ranks. Each row of the
  /// table begins in one rank's stretches.
  const std::vector<Stretch>& stretches() const { return stretches_; }

  /// Of the text of all files, headers too.
  std::int64_t bytes() const { return bytes_; }

  Compression compression(std::size_t file) const { return heads_[file].compression; }
  /// On the disk.
  std::int64_t file_bytes(std::size_t file) const { return heads_[file].size; }

  /// The text of a file from a byte on, as it was when its head was read.
  std::unique_ptr<TextStream> open(std::size_t file, std::int64_t offset) const;

  /// "adult.csv, line 17": where byte `offset` of the file's text is. Reads up to a piece of it.
  std::string where(std::size_t file, std::int64_t offset) const;

 private:
  /// The first line of a file.
  struct Head {
    Compression compression = Compression::none;
    std::int64_t size = 0;        // of the file
    std::int64_t rows_begin = 0;  // behind a byte order mark and the header
  };

  std::string read_heads(const TextSource& source);
  void learn_heads(const std::string& description);
  void count(std::int64_t piece_bytes, const comm::Communicator& communicator,
             const Progress& progress);
  void deal_out(const comm::Communicator& communicator);
  void require_rows() const;

  Dialect dialect_;
  std::vector<std::string> paths_;
  std::vector<std::string> columns_;
  std::unordered_map<std::string, std::size_t> numbers_;  // of the columns
  std::vector<Head> heads_;
  std::vector<TextPiece> pieces_;  // of all files, in order
  std::vector<Stretch> stretches_;
  std::int64_t bytes_ = 0;
};

}  // namespace mpilogit::formats
