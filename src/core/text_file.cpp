#include "core/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "core/error.hpp"
#include "core/units.hpp"

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

namespace {

// Nothing is known of what is no regular file, nor of what may not be read: then it ends well.
bool ends_within_a_line(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return false;
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  if (!stream || stream.tellg() <= 0) return false;
  stream.seekg(-1, std::ios::end);
  return stream.get() != '\n';
}

// To open a pipe waits for a reader, and to write when that has gone kills the process.
void require_no_pipe(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_fifo(path, failure)) return;
  throw bad_input({.what = "lines cannot be appended: this is a pipe",
                   .where = path,
                   .why = "its reader could hold up the work or end it",
                   .remedy = "Name a file, and follow it with `tail -F`"});
}

}  // namespace

LineFile::LineFile(const std::string& path) {
  require_no_pipe(path);
  unfinished_ = ends_within_a_line(path);
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file_ >= 0) return;
  throw bad_input({.what = "the file cannot be opened for appending",
                   .where = path,
                   .why = std::strerror(errno),
                   .remedy = "Choose a path that can be written"});
}

LineFile::~LineFile() {
  ::close(file_);
}

std::string LineFile::append(const std::string& line) {
  const std::string text = (unfinished_ ? "\n" : "") + line + "\n";
  for (std::string_view left = text; !left.empty();) {
    const ssize_t written = ::write(file_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return std::strerror(written < 0 ? errno : EIO);
    left.remove_prefix(static_cast<std::size_t>(written));
    unfinished_ = !left.empty();
  }
  return {};
}

}  // namespace mpilogit::core
