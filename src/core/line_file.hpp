#pragma once
// A file that grows line by line and is read while it grows.

#include <string>

namespace mpilogit::core {

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
