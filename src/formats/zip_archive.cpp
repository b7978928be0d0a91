#include <algorithm>
#include <utility>
#include <zip.h>
#include <zlib.h>

#include "core/error.hpp"
#include "formats/byte_source.hpp"

namespace mpilogit::formats {

namespace {

// Deflate's best is 1032 : 1.
constexpr std::uint64_t kLargestRatio = 1100;

core::Error unreadable(const std::string& where, const std::string& why) {
  return core::bad_input({.what = "cannot be read",
                          .where = where,
                          .why = why,
                          .remedy = "Write it again with numpy.savez"});
}

// So much of a stored member is read at once to compare its checksum; of more, ranks read parts.
constexpr std::int64_t kSmallMember = std::int64_t{1} << 16;

// A member that is stored as it is can be read anywhere; a compressed one from its begin on.
class MemberBytes final : public ByteSource {
 public:
  MemberBytes(zip_t* archive, const zip_stat_t& status, std::string name)
      : archive_(archive),
        index_(status.index),
        stored_(status.comp_method == ZIP_CM_STORE),
        size_(static_cast<std::int64_t>(status.size)),
        crc_(status.crc),
        name_(std::move(name)) {
    open();
    if (stored_ && size_ <= kSmallMember) require_small_checksum();
  }
  std::int64_t size() const override { return size_; }
  const std::string& name() const override { return name_; }
  bool random_access() const override { return stored_; }
  std::optional<std::uint32_t> unchecked_crc() const override {
    return stored_ && size_ > kSmallMember ? std::optional(crc_) : std::nullopt;
  }

  void read(std::int64_t offset, std::span<std::byte> bytes) override {
    go_to(offset);
    while (!bytes.empty()) bytes = bytes.subspan(read_some(bytes));
  }

 private:
  void open() {
    file_.reset(zip_fopen_index(archive_, index_, 0));
    if (!file_) throw unreadable(name_, zip_strerror(archive_));
    position_ = 0;
  }
  void require_small_checksum() {
    std::vector<std::byte> bytes(static_cast<std::size_t>(size_));
    read(0, bytes);
    go_to(0);
    if (crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) == crc_) return;
    throw unreadable(name_, "its checksum is another");
  }

  std::size_t read_some(std::span<std::byte> bytes) {
    const zip_int64_t got = zip_fread(file_.get(), bytes.data(), bytes.size());
    if (got < 0) throw unreadable(name_, zip_file_strerror(file_.get()));
    if (got == 0) throw unreadable(name_, "it ends at byte " + std::to_string(position_));
    position_ += got;
    if (position_ == size_ && !stored_) require_checksum();
    return static_cast<std::size_t>(got);
  }

  // libzip compares the checksum when somebody reads past the end. Of a compressed member all was
  // read by whoever is there; one that is stored is read in parts, of which it knows nothing.
  void require_checksum() {
    std::byte beyond{};
    const zip_int64_t got = zip_fread(file_.get(), &beyond, 1);
    if (got < 0) throw unreadable(name_, zip_file_strerror(file_.get()));
    if (got > 0) throw unreadable(name_, "it is longer than it declares");
  }

  void go_to(std::int64_t offset) {
    if (offset == position_) return;
    if (stored_) {
      if (zip_fseek(file_.get(), offset, SEEK_SET) != 0)
        throw unreadable(name_, zip_file_strerror(file_.get()));
      position_ = offset;
      return;
    }
    if (offset < position_) open();
    std::vector<std::byte> skipped(std::size_t{1} << 16);
    while (position_ < offset) {
      const auto size = std::min<std::int64_t>(std::ssize(skipped), offset - position_);
      read_some(std::span(skipped).first(static_cast<std::size_t>(size)));
    }
  }

  zip_t* archive_;
  zip_uint64_t index_;
  bool stored_;
  std::int64_t size_;
  std::uint32_t crc_;
  std::string name_;
  struct Close {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  std::unique_ptr<zip_file_t, Close> file_;
  std::int64_t position_ = 0;
};

}  // namespace

struct ZipArchive::Implementation {
  std::string path;
  zip_t* archive = nullptr;
};

ZipArchive::ZipArchive(const std::string& path)
    : implementation_(std::make_unique<Implementation>()) {
  implementation_->path = path;
  int code = 0;
  implementation_->archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (implementation_->archive != nullptr) return;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw unreadable(path, why);
}

ZipArchive::~ZipArchive() {
  zip_discard(implementation_->archive);
}

std::vector<std::string> ZipArchive::members() const {
  std::vector<std::string> names;
  const zip_int64_t count = zip_get_num_entries(implementation_->archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* name = zip_get_name(implementation_->archive, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) names.emplace_back(name);
  }
  return names;
}

bool ZipArchive::contains(const std::string& member) const {
  return zip_name_locate(implementation_->archive, member.c_str(), 0) >= 0;
}

std::unique_ptr<ByteSource> ZipArchive::open(const std::string& member) const {
  const std::string where = implementation_->path + ":" + member;
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_stat(implementation_->archive, member.c_str(), 0, &status) != 0) {
    throw unreadable(where, zip_strerror(implementation_->archive));
  }
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_INDEX | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC;
  if ((status.valid & kNeeded) != kNeeded) throw unreadable(where, "its size is not known");
  if (status.size / kLargestRatio > status.comp_size) {
    throw unreadable(where, "it declares more bytes than its compressed ones can hold");
  }
  return std::make_unique<MemberBytes>(implementation_->archive, status, where);
}

}  // namespace mpilogit::formats
