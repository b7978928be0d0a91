#include "formats/detail/plain_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::formats {

namespace {

// `cause` is the system's error number.
core::Error failed(const std::string& path, const std::string& action, int cause) {
  return core::bad_input(
      {.what = action + " failed",
       .where = path,
       .why = std::strerror(cause),
       .remedy = cause == ENOENT ? "Check the path; it must be there on every host" : ""});
}

}  // namespace

PlainFile::PlainFile(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (file_ < 0) throw failed(path_, "opening", errno);
  try {
    require_regular();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

PlainFile::~PlainFile() {
  ::close(file_);
}

void PlainFile::require_regular() {
  struct stat status {};
  if (::fstat(file_, &status) != 0) throw failed(path_, "opening", errno);
  if (S_ISDIR(status.st_mode)) {
    throw core::bad_input(
        {.what = "is a folder", .where = path_, .why = {}, .remedy = "Name files in it"});
  }
  if (!S_ISREG(status.st_mode)) {
    throw core::bad_input({.what = "is no regular file",
                           .where = path_,
                           .why = "ranks read a file in several places and more than once",
                           .remedy = "Write what comes from there into a file first"});
  }
  size_ = status.st_size;
}

std::size_t PlainFile::read(std::int64_t offset, std::span<std::byte> bytes) const {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto rest = bytes.subspan(filled);
    const auto at = offset + static_cast<std::int64_t>(filled);
    const ssize_t got = ::pread(file_, rest.data(), rest.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw failed(path_, "reading byte " + std::to_string(at), errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

}  // namespace mpilogit::formats
