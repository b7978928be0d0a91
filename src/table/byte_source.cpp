#include "mpilogit/table/byte_source.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "mpilogit/core/error.hpp"

#include "table/unreadable.hpp"

namespace mpilogit::table {

namespace {

class FileBytes final : public ByteSource {
 public:
  explicit FileBytes(std::string path) : path_(std::move(path)) {
    file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) throw unreadable(path_, "opening", errno);
    struct stat status {};
    if (::fstat(file_, &status) == 0 && S_ISREG(status.st_mode)) {
      size_ = status.st_size;
      return;
    }
    ::close(file_);
    throw core::bad_input({.what = "is no plain file",
                           .where = path_,
                           .why = "ranks read it at several places",
                           .remedy = "Write it to a file first"});
  }
  ~FileBytes() override { ::close(file_); }

  std::int64_t size() const override { return size_; }
  const std::string& name() const override { return path_; }
  bool random_access() const override { return true; }

  void read(std::int64_t offset, std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw unreadable(path_, "reading byte " + std::to_string(offset), errno);
      if (got == 0) {
        throw core::bad_input({.what = "ends at byte " + std::to_string(offset),
                               .where = path_,
                               .why = "it was longer when it was opened",
                               .remedy = "Let its writer end first"});
      }
      bytes = bytes.subspan(static_cast<std::size_t>(got));
      offset += got;
    }
  }

 private:
  std::string path_;
  int file_ = -1;
  std::int64_t size_ = 0;
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

}  // namespace mpilogit::table
