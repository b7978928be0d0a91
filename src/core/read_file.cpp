#include "core/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/byte_count.hpp"
#include "core/error.hpp"

namespace mpilogit::core {

namespace {

Error unreadable(const std::string& path, int cause) {
  return bad_input({.what = std::string("the file cannot be read: ") + std::strerror(cause),
                    .where = path,
                    .why = {},
                    .remedy = "Check the path and its permissions"});
}

/// A regular file, open for reading.
class RegularFile {
 public:
  explicit RegularFile(const std::string& path) : path_(path) {
    // To open a pipe would wait for its writer.
    number_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (number_ < 0 && errno == ENOENT) return;
    if (number_ < 0) throw unreadable(path, errno);
    try {
      require_regular();
    } catch (...) {
      ::close(number_);
      throw;
    }
  }
  ~RegularFile() {
    if (exists()) ::close(number_);
  }
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  bool exists() const { return number_ >= 0; }
  std::int64_t size() const { return size_; }

  /// Up to `most` bytes from the beginning; a file may grow meanwhile.
  std::string read(std::int64_t most) const {
    constexpr std::int64_t kPiece = std::int64_t{1} << 16;
    std::string contents;
    while (std::ssize(contents) < most) {
      const std::size_t before = contents.size();
      contents.resize(before +
                      static_cast<std::size_t>(std::min(kPiece, most - std::ssize(contents))));
      const ssize_t got = ::read(number_, contents.data() + before, contents.size() - before);
      const int cause = got < 0 ? errno : 0;
      contents.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
      if (cause != 0 && cause != EINTR) throw unreadable(path_, cause);
      if (got == 0) break;
    }
    return contents;
  }

 private:
  void require_regular() {
    struct stat status {};
    if (::fstat(number_, &status) != 0) throw unreadable(path_, errno);
    if (S_ISDIR(status.st_mode)) throw unreadable(path_, EISDIR);
    if (!S_ISREG(status.st_mode)) {
      throw bad_input({.what = "is not a regular file",
                       .where = path_,
                       .why = {},
                       .remedy = "Write what comes from it to a file first"});
    }
    size_ = status.st_size;
  }

  const std::string& path_;
  int number_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::int64_t most) {
  const RegularFile file(path);
  if (!file.exists()) return std::nullopt;
  if (file.size() > most) {
    throw bad_input({.what = "the file has " + bytes_text(file.size()),
                     .where = path,
                     .why = "files of this kind have " + bytes_text(most) + " at most",
                     .remedy = "Check whether it is the right one"});
  }
  return file.read(most);
}

std::optional<std::string> read_beginning(const std::string& path, std::size_t count) {
  const RegularFile file(path);
  if (!file.exists()) return std::nullopt;
  return file.read(static_cast<std::int64_t>(count));
}

}  // namespace mpilogit::core
