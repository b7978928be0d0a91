#include "core/line_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <unistd.h>

#include "core/error.hpp"

namespace mpilogit::core {

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
