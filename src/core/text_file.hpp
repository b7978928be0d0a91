#pragma once
// Small files of text: read whole, written line by line.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace mpilogit::core {

/// The contents; nothing if there is no such file. Throws bad input that names the cause if there
/// is one that cannot be read (a stream of the standard library would not tell it), that is no
/// regular file (a pipe would be waited for, and some devices have no end), or that has more than
/// `most` bytes.
std::optional<std::string> read_file(const std::string& path,
                                     std::int64_t most = std::numeric_limits<std::int64_t>::max());

/// Likewise its first bytes, `count` of them if it has so many.
std::optional<std::string> read_beginning(const std::string& path, std::size_t count);

/// Each line goes out with one write to the end of the file, unbuffered. For one process: of
/// several ranks, one holds it.
class LineFile {
 public:
  /// Keeps what the file has; if its last line was left unfinished, the next one starts below it.
  /// Throws bad input if the file cannot be opened.
  explicit LineFile(const std::string& path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Adds `line` and a newline. Returns why that failed, or nothing. Part of the line may then be
  /// in the file; later lines can be tried all the same and start on a line of their own.
  std::string append(const std::string& line);

 private:
  int file_ = -1;
  bool unfinished_ = false;  // the last line
};

}  // namespace mpilogit::core
