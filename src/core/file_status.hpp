#pragma once
// What the file system says of a file: which it is, whether it is the same still, whether there is
// room.

#include <cstdint>
#include <optional>
#include <string>

namespace mpilogit::core {

/// Two paths of the same identity mean the same file. One that is not there yet is known by the
/// folder that it would be in and its name in it.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t number = 0;  ///< of the file, or of its folder
  std::string name;          ///< empty if the file is there

  bool operator==(const FileIdentity&) const = default;
};

/// Nothing for what is there and is no regular file: devices, pipes, folders.
std::optional<FileIdentity> identity_of(const std::string& path);

/// Where a file ends up that is written at `path`: links are followed, also one that leads to
/// nothing yet. `path` itself if it is no link.
std::string target_of(const std::string& path);

/// Whether `name` has the form of the name of a temporary file for `path` (both without folders),
/// also that of older versions, without random digits.
bool is_temporary_of(const std::string& name, const std::string& path);

/// Two looks at a path that give the same stamp have seen the same contents, as far as the file
/// system tells: what replaces or rewrites a file changes one of these.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t number = 0;  ///< of the file on its device; 0: there is none
  std::int64_t bytes = 0;
  std::int64_t modified = 0;  ///< nanoseconds

  bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::string& path);

/// Throws bad input if the file system of the folder that `path` is in has fewer bytes free: better
/// before the work than in the middle of it. A file system that does not say takes everything.
void require_space(const std::string& path, std::int64_t bytes);

}  // namespace mpilogit::core
