#include "core/private_folder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

#include "core/detail/leftovers.hpp"
#include "core/error.hpp"

namespace mpilogit::core {

// Unlike a file that may be there already, a folder that may be is never taken: mkdir fails.
PrivateFolder::PrivateFolder(const std::string& path) : path_(temporary_path_of(path)) {
  remove_leftovers(path);
  if (::mkdir(path_.c_str(), S_IRWXU) == 0) return;
  throw bad_input({.what = std::string("creating a folder failed: ") + std::strerror(errno),
                   .where = path_,
                   .why = "temporary files go there",
                   .remedy = "Set TMPDIR to a folder that can be written, with free space"});
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;  // what stays is removed by the next run
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace mpilogit::core
