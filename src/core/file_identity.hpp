#pragma once
// Which file a path means, however it is spelt and through whatever links.

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

}  // namespace mpilogit::core
