#pragma once
// A file that is there whole or not at all.

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

namespace mpilogit::core {

/// Who may read a new file: whoever the user lets read his files, or nobody else.
enum class Readers { as_usual, owner_alone };

/// A temporary file beside `path`, which takes its place at `commit()`. Before that, whatever was
/// at `path` stays as it was; if `commit()` is never reached, the temporary file is removed. Where
/// `path` is a link, all this happens where it leads, and the link stays. For one process: of
/// several ranks, one holds it.
class AtomicFile {
 public:
  /// Creates the temporary file (empty), under a name that nobody can guess. Throws bad input if
  /// the folder does not take one, and if what is at `path` may not be written.
  explicit AtomicFile(std::string path, Readers readers = Readers::as_usual);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::string& path() const { return path_; }
  const std::string& temporary_path() const { return temporary_; }

  /// Writes the parts one after the other, from the beginning of the file. Throws bad input that
  /// names the cause, before anything is written if the disk has no room for them. For those who do
  /// not write by a library of their own.
  void write(std::initializer_list<std::span<const std::byte>> parts);

  /// fsync of the file, rename over `path`, fsync of the folder; each checked. A file that is
  /// replaced hands on who may read and write it. The writer must have closed the file.
  void commit();

  /// Likewise, but what was at `path` is found at `previous` then. Between the two renames there is
  /// nothing at `path`: whoever reads it has to look at `previous` too.
  void commit_keeping(const std::string& previous);

 private:
  void finish();

  std::string path_;
  std::string target_;  // where it leads
  std::string temporary_;
};

/// Throws bad input, saying why, if a file could not be written at `path` now: to be called before
/// the work whose result shall go there. Removes temporary files that killed processes have left
/// there (docs/formats.md).
void require_writable(const std::string& path);

}  // namespace mpilogit::core
