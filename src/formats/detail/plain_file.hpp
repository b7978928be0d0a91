#pragma once
// A file on the disk that is read at any place.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mpilogit::formats {

class PlainFile {
 public:
  /// Throws bad input if it cannot be opened or is no regular file: ranks read a file in several
  /// places and more than once. Never waits, as opening a pipe may.
  explicit PlainFile(std::string path);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  const std::string& path() const { return path_; }
  /// When it was opened.
  std::int64_t size() const { return size_; }

  /// Fills `bytes` from byte `offset` on as far as the file goes; returns how many that were.
  std::size_t read(std::int64_t offset, std::span<std::byte> bytes) const;

 private:
  void require_regular();

  std::string path_;
  int file_;
  std::int64_t size_ = 0;
};

}  // namespace mpilogit::formats
