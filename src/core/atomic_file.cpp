#include "core/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "core/detail/leftovers.hpp"
#include "core/error.hpp"
#include "core/file_status.hpp"

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

// A rename needs no permission for the file that it replaces. Root may write every file, but the
// owner has said that this one is done.
void require_writable_mode(const std::string& path) {
  constexpr mode_t kWriters = S_IWUSR | S_IWGRP | S_IWOTH;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  const bool may = ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
  if (!may && errno == EROFS) throw write_failure(path, "writing", EROFS);
  if (may && (status.st_mode & kWriters) != 0) return;
  throw bad_input({.what = "writing failed: the file that is there is read-only",
                   .where = path,
                   .why = "the result would replace it",
                   .remedy = "Choose another path, or allow it with chmod u+w"});
}

// A rename over a folder fails, but one over a device would succeed and destroy it.
void require_replaceable(const std::string& path) {
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (failure == std::errc::too_many_symbolic_link_levels) {
    throw write_failure(path, "writing", ELOOP);
  }
  if (std::filesystem::is_directory(status)) throw write_failure(path, "writing", EISDIR);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw bad_input({.what = "writing failed: there is something that is not a regular file",
                     .where = path,
                     .why = "the result replaces the file at this path",
                     .remedy = "Choose another path"});
  }
  require_writable_mode(path);
}

// What is there already is none of ours, whoever has put it there: another name then.
std::string create_temporary(const std::string& target, const std::string& reported_as,
                             mode_t mode) {
  constexpr int kTries = 8;
  int cause = EEXIST;
  for (int i = 0; i < kTries && cause == EEXIST; ++i) {
    std::string temporary = temporary_path_of(target);
    const int file =
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file >= 0) {
      ::close(file);  // nothing was written that a failure could lose
      return temporary;
    }
    cause = errno;
  }
  throw write_failure(reported_as, "creating a file", cause);
}

// While it is written, it is the writer's: nobody may read it who might not read what it replaces.
mode_t mode_for(const std::string& target, Readers readers) {
  constexpr mode_t kOwner = S_IRUSR | S_IWUSR;
  struct stat status {};
  if (readers == Readers::owner_alone) return kOwner;
  return ::stat(target.c_str(), &status) == 0 ? kOwner : static_cast<mode_t>(0666);
}

// Owner, group and permissions of what `file` will replace. Where we may not give it to others,
// which few may, it is ours.
void take_over(int file, const std::string& target, const std::string& reported_as) {
  constexpr mode_t kPermissions = 0777;
  struct stat before {};
  struct stat now {};
  if (::stat(target.c_str(), &before) != 0 || ::fstat(file, &now) != 0) return;
  if (before.st_uid != now.st_uid || before.st_gid != now.st_gid) {
    const bool given = ::fchown(file, before.st_uid, before.st_gid) == 0 ||
                       ::fchown(file, static_cast<uid_t>(-1), before.st_gid) == 0;
    static_cast<void>(given);
  }
  if (::fchmod(file, before.st_mode & kPermissions) != 0) {
    throw write_failure(reported_as, "keeping the permissions", errno);
  }
}

/// Closes a file that was opened to be synchronised only.
class SynchronisedFile {
 public:
  /// Throws bad input if there is none.
  SynchronisedFile(const std::string& path, int flags, const std::string& reported_as)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags)), reported_as_(reported_as) {
    if (number_ < 0) throw write_failure(reported_as, "opening for fsync", errno);
  }
  ~SynchronisedFile() { ::close(number_); }
  SynchronisedFile(const SynchronisedFile&) = delete;
  SynchronisedFile& operator=(const SynchronisedFile&) = delete;

  int number() const { return number_; }
  // Some file systems cannot fsync a folder and say EINVAL: there the rename is all there is.
  void synchronise() const {
    if (::fsync(number_) != 0 && errno != EINVAL) throw write_failure(reported_as_, "fsync", errno);
  }

 private:
  int number_;
  const std::string& reported_as_;
};

}  // namespace

AtomicFile::AtomicFile(std::string path, Readers readers) : path_(std::move(path)) {
  require_replaceable(path_);
  target_ = target_of(path_);
  temporary_ = create_temporary(target_, path_, mode_for(target_, readers));
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::initializer_list<std::span<const std::byte>> parts) {
  std::size_t bytes = 0;
  for (const auto part : parts) bytes += part.size();
  require_space(path_, static_cast<std::int64_t>(bytes));
  const int file = ::open(temporary_.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
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

void AtomicFile::finish() {
  const SynchronisedFile file(temporary_, O_NOFOLLOW, path_);
  take_over(file.number(), target_, path_);
  file.synchronise();
}

void AtomicFile::commit_keeping(const std::string& previous) {
  finish();
  if (::rename(target_.c_str(), previous.c_str()) != 0 && errno != ENOENT) {
    throw write_failure(previous, "keeping the file before", errno);
  }
  commit();
}

void AtomicFile::commit() {
  finish();
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw write_failure(path_, "renaming the finished file", errno);
  }
  temporary_.clear();
  SynchronisedFile(folder_of(target_), O_DIRECTORY, path_).synchronise();
}

void require_writable(const std::string& path) {
  remove_leftovers(target_of(path));
  const AtomicFile probe(path);
}

}  // namespace mpilogit::core
