#include "mpilogit/core/read_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "mpilogit/core/error.hpp"

namespace mpilogit::core {

namespace {

Error unreadable(const std::string& path, int cause) {
  return bad_input({.what = std::string("the file cannot be read: ") + std::strerror(cause),
                    .where = path,
                    .why = {},
                    .remedy = "Check the path and its permissions"});
}

}  // namespace

std::optional<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::nullopt;
  if (file < 0) throw unreadable(path, errno);
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  std::string contents;
  ssize_t got = 0;
  int cause = 0;
  do {
    const std::size_t size = contents.size();
    contents.resize(size + kPiece);
    got = ::read(file, contents.data() + size, kPiece);
    cause = got < 0 ? errno : 0;
    contents.resize(size + static_cast<std::size_t>(got > 0 ? got : 0));
  } while (got > 0 || cause == EINTR);
  ::close(file);
  if (cause != 0) throw unreadable(path, cause);
  return contents;
}

}  // namespace mpilogit::core
