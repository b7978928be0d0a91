#include "mpilogit/core/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "mpilogit/core/error.hpp"

#include "core/leftovers.hpp"

namespace mpilogit::core {

namespace {

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Error write_failure(const std::string& path, const std::string& action, int cause) {
  return bad_input({.what = action + " failed: " + std::strerror(cause),
                    .where = path,
                    .why = {},
                    .remedy = "Choose a path that can be written, with free space"});
}

// A rename over a folder fails, but one over a device would succeed and destroy it.
void require_replaceable(const std::string& path) {
  std::error_code failure;  // not needed: what cannot be looked at fails when it is written
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (std::filesystem::is_directory(status)) throw write_failure(path, "writing", EISDIR);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw bad_input({.what = "writing failed: there is something that is not a regular file",
                     .where = path,
                     .why = "the result replaces the file at this path",
                     .remedy = "Choose another path"});
  }
}

// fsync of what is at `path`; a folder is opened for reading only.
void synchronise(const std::string& path, const std::string& reported_as) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw write_failure(reported_as, "opening for fsync", errno);
  const int status = ::fsync(file);
  const int cause = errno;
  ::close(file);
  // Some file systems cannot fsync a folder and say EINVAL: there the rename is all there is.
  if (status != 0 && cause != EINVAL) throw write_failure(reported_as, "fsync", cause);
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  require_replaceable(path_);
  temporary_ = temporary_path_of(path_);
  const int file = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) throw write_failure(path_, "creating a file", errno);
  ::close(file);  // nothing was written that a failure could lose
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::initializer_list<std::span<const std::byte>> parts) {
  const int file = ::open(temporary_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (file < 0) throw write_failure(path_, "opening", errno);
  int cause = 0;
  for (const auto part : parts) {
    for (auto left = part; cause == 0 && !left.empty();) {
      const ssize_t written = ::write(file, left.data(), left.size());
      if (written < 0 && errno != EINTR) cause = errno;
      if (written > 0) left = left.subspan(static_cast<std::size_t>(written));
    }
  }
  // Some file systems tell of a full disk only now.
  if (::close(file) != 0 && cause == 0) cause = errno;
  if (cause != 0) throw write_failure(path_, "writing", cause);
}

void AtomicFile::commit_keeping(const std::string& previous) {
  synchronise(temporary_, path_);
  if (::rename(path_.c_str(), previous.c_str()) != 0 && errno != ENOENT) {
    throw write_failure(previous, "keeping the file before", errno);
  }
  commit();
}

void AtomicFile::commit() {
  synchronise(temporary_, path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw write_failure(path_, "renaming the finished file", errno);
  }
  temporary_.clear();
  synchronise(folder_of(path_), path_);
}

void require_writable(const std::string& path) {
  remove_leftovers(path);
  const AtomicFile probe(path);
}

}  // namespace mpilogit::core
