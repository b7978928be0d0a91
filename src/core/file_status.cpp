#include "core/file_status.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <system_error>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/units.hpp"

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

FileStamp stamp_of(const std::string& path) {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {.device = status.st_dev,
          .number = status.st_ino,
          .bytes = status.st_size,
          .modified = status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec};
}

void require_space(const std::string& path, std::int64_t bytes) {
  const std::filesystem::path folder = std::filesystem::path(target_of(path)).parent_path();
  struct statvfs system {};
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &system) != 0) return;
  const double free = static_cast<double>(system.f_bavail) * static_cast<double>(system.f_frsize);
  if (system.f_blocks == 0 || static_cast<double>(bytes) <= free) return;
  throw bad_input({.what = fmt::format("does not fit: {} are needed", bytes_text(bytes)),
                   .where = path,
                   .why = fmt::format("{} are free on this disk (No space left on device)",
                                      bytes_text(static_cast<std::int64_t>(free))),
                   .remedy = "Free some space, or write to another disk"});
}

}  // namespace mpilogit::core
