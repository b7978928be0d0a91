#include "formats/byte_source.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/error.hpp"

namespace mpilogit::formats {

namespace {

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(const std::string& path) : file_(path) {}

  std::int64_t size() const override { return file_.size(); }
  const std::string& name() const override { return file_.path(); }
  bool random_access() const override { return true; }

  void read(std::int64_t offset, std::span<std::byte> bytes) override {
    const std::size_t got = file_.read(offset, bytes);
    if (got == bytes.size()) return;
    throw core::bad_input(
        {.what = "ends at byte " + std::to_string(offset + static_cast<std::int64_t>(got)),
         .where = file_.path(),
         .why = "it was longer when it was opened",
         .remedy = "Let its writer end first"});
  }

 private:
  PlainFile file_;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  return std::make_unique<FileBytes>(path);
}

bool is_zip_archive(const std::string& path) {
  FileBytes file(path);
  std::array<std::byte, 4> begin{};
  if (file.size() < std::ssize(begin)) return false;
  file.read(0, begin);
  return std::memcmp(begin.data(), "PK\x03\x04", begin.size()) == 0 ||
         std::memcmp(begin.data(), "PK\x05\x06", begin.size()) == 0;
}

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
