#pragma once
// A file that is there whole or not at all.

#include <string>
#include <string_view>

namespace mpilogit::core {

/// A temporary file beside `path`, which takes its place at `commit()`. Before that, whatever was
/// at `path` stays as it was; if `commit()` is never reached, the temporary file is removed. For
/// one process: of several ranks, one holds it.
class AtomicFile {
 public:
  /// Creates the temporary file (empty). Throws bad input if the folder does not take one.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::string& path() const { return path_; }
  const std::string& temporary_path() const { return temporary_; }

  /// Writes the whole contents, for those who have no library that writes the temporary file.
  void write(std::string_view contents) const;

  /// fsync of the file, rename over `path`, fsync of the folder; each checked. The writer must have
  /// closed the file.
  void commit();

 private:
  std::string path_;
  std::string temporary_;
};

/// Throws bad input, saying why, if a file could not be written at `path` now: to be called before
/// the work whose result shall go there. Removes temporary files that killed processes have left
/// there (docs/formats.md).
void require_writable(const std::string& path);

}  // namespace mpilogit::core
