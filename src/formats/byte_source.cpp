#include "formats/byte_source.hpp"

#include <array>
#include <cstring>

#include "core/error.hpp"
#include "formats/detail/plain_file.hpp"

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

}  // namespace mpilogit::formats
