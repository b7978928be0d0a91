#pragma once
// Whether a file is still the one that it was.

#include <cstdint>
#include <string>

namespace mpilogit::core {

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

}  // namespace mpilogit::core
