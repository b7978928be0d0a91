#pragma once
// A folder for temporary files that only its owner may look into.

#include <string>

namespace mpilogit::core {

/// Beside `path`, under a name that nobody can guess, as temporary files have; gone, with what is
/// in it, at the end. For one process: of several ranks, one holds it.
class PrivateFolder {
 public:
  /// Throws bad input if it cannot be made. Removes those that killed processes have left there.
  explicit PrivateFolder(const std::string& path);
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace mpilogit::core
