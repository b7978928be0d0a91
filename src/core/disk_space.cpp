#include "core/disk_space.hpp"

#include <filesystem>
#include <sys/statvfs.h>

#include <fmt/format.h>

#include "core/byte_count.hpp"
#include "core/error.hpp"
#include "core/file_identity.hpp"

namespace mpilogit::core {

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
