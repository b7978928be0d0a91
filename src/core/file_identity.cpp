#include "core/file_identity.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace mpilogit::core {

namespace {

namespace fs = std::filesystem;

FileIdentity identity_in_folder(const fs::path& target) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  struct stat status {};
  if (::stat(folder.c_str(), &status) == 0) {
    return {status.st_dev, status.st_ino, target.filename().string()};
  }
  std::error_code failure;  // without a folder nothing can be written; the names must do
  return {0, 0, fs::absolute(target, failure).lexically_normal().string()};
}

}  // namespace

std::optional<FileIdentity> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return identity_in_folder(target_of(path));
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino, {}};
}

std::string target_of(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux follows; loops end
  fs::path target(path);
  for (int followed = 0; followed < kMostLinks; ++followed) {
    std::error_code failure;
    if (!fs::is_symlink(fs::symlink_status(target, failure))) break;
    const fs::path next = fs::read_symlink(target, failure);
    if (failure) break;
    target = target.parent_path() / next;  // an absolute one stands alone
  }
  return target.string();
}

}  // namespace mpilogit::core
