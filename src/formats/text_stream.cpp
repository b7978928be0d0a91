#include "formats/text_stream.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>
#include <zlib.h>
#include <zstd.h>

#include "core/error.hpp"
#include "formats/byte_source.hpp"

namespace mpilogit::formats {

namespace {

core::Error damaged(const std::string& path, const std::string& form, std::int64_t byte,
                    const std::string& why) {
  return core::bad_input(
      {.what = "the " + form + " data is damaged at byte " + std::to_string(byte),
       .where = path,
       .why = why,
       .remedy = "Copy or write the file again"});
}

core::Error cut_off(const std::string& path, const std::string& form, std::int64_t byte) {
  return damaged(path, form, byte, "the file ends in the middle of it");
}

/// A file's bytes as they are.
class PlainStream final : public TextStream {
 public:
  PlainStream(const std::string& path, std::int64_t offset,
              std::optional<std::int64_t> size = std::nullopt)
      : file_(path), at_(offset), size_(size) {}

  std::size_t read(std::span<char> bytes) override {
    if (size_) bytes = bytes.first(std::min(bytes.size(), static_cast<std::size_t>(*size_ - at_)));
    const std::size_t got = file_.read(at_, std::as_writable_bytes(bytes));
    at_ += static_cast<std::int64_t>(got);
    if (!size_ || got == bytes.size()) return got;
    throw core::bad_input({.what = "became shorter while it was read",
                           .where = path(),
                           .why = {},
                           .remedy = "Let its writer end first"});
  }

  const std::string& path() const { return file_.path(); }
  std::int64_t position() const { return at_; }

 private:
  PlainFile file_;
  std::int64_t at_;
  std::optional<std::int64_t> size_;
};

constexpr std::size_t kInputBytes = std::size_t{1} << 18;

/// Any number of gzip members, one after the other.
class GzipStream final : public TextStream {
 public:
  explicit GzipStream(const std::string& path) : input_(path, 0), bytes_(kInputBytes) {
    constexpr int kGzipOnly = 16;
    if (inflateInit2(&state_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipStream() override { inflateEnd(&state_); }

  std::size_t read(std::span<char> bytes) override {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    std::size_t filled = 0;
    while (filled < bytes.size() && more_input()) {
      const std::span<char> rest = bytes.subspan(filled, std::min(kMost, bytes.size() - filled));
      state_.next_out = reinterpret_cast<Bytef*>(rest.data());
      state_.avail_out = static_cast<uInt>(rest.size());
      const int outcome = inflate(&state_, Z_NO_FLUSH);
      const std::size_t made = rest.size() - state_.avail_out;
      filled += made;
      if (outcome == Z_MEM_ERROR) throw std::bad_alloc();
      // Only without input can there be nothing to do.
      if (outcome == Z_BUF_ERROR && made == 0) throw cut_off(input_.path(), "gzip", position());
      if (outcome == Z_STREAM_END) {
        in_member_ = false;
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        throw damaged(input_.path(), "gzip", position(),
                      state_.msg == nullptr ? "it cannot be decompressed" : state_.msg);
      }
    }
    return filled;
  }

 private:
  std::int64_t position() const { return input_.position() - state_.avail_in; }

  // False at the end of the text.
  bool more_input() {
    if (state_.avail_in == 0) {
      state_.avail_in = static_cast<uInt>(input_.read(bytes_));
      state_.next_in = reinterpret_cast<Bytef*>(bytes_.data());
      if (state_.avail_in == 0 && !in_member_) return false;
    }
    if (!in_member_) {
      inflateReset(&state_);
      in_member_ = true;
    }
    return true;
  }

  PlainStream input_;
  std::vector<char> bytes_;
  z_stream state_{};
  bool in_member_ = true;
};

/// Any number of zstd frames, one after the other.
class ZstdStream final : public TextStream {
 public:
  explicit ZstdStream(const std::string& path)
      : input_(path, 0), bytes_(kInputBytes), state_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    if (!state_) throw std::bad_alloc();
  }

  std::size_t read(std::span<char> bytes) override {
    ZSTD_outBuffer output{bytes.data(), bytes.size(), 0};
    while (output.pos < output.size) {
      if (read_.pos == read_.size) {
        read_ = {bytes_.data(), input_.read(bytes_), 0};
        if (read_.size == 0 && drained_) break;
        drained_ = read_.size == 0;  // what was decompressed may still be inside
      }
      const std::size_t before = output.pos;
      const std::size_t expected = ZSTD_decompressStream(state_.get(), &output, &read_);
      if (ZSTD_isError(expected) != 0) {
        throw damaged(input_.path(), "zstd", position(), ZSTD_getErrorName(expected));
      }
      if (!drained_ || output.pos != before) in_frame_ = expected != 0;
    }
    if (output.pos < output.size && in_frame_) throw cut_off(input_.path(), "zstd", position());
    return output.pos;
  }

 private:
  std::int64_t position() const {
    return input_.position() - static_cast<std::int64_t>(read_.size - read_.pos);
  }

  PlainStream input_;
  std::vector<char> bytes_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> state_;
  ZSTD_inBuffer read_{nullptr, 0, 0};
  bool in_frame_ = false;
  bool drained_ = false;
};

class MemoryStream final : public TextStream {
 public:
  explicit MemoryStream(std::span<const char> text) : rest_(text) {}

  std::size_t read(std::span<char> bytes) override {
    const std::size_t size = std::min(bytes.size(), rest_.size());
    std::copy_n(rest_.begin(), size, bytes.begin());
    rest_ = rest_.subspan(size);
    return size;
  }

 private:
  std::span<const char> rest_;
};

void skip(TextStream& stream, std::int64_t bytes) {
  std::vector<char> waste(kInputBytes);
  while (bytes > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::int64_t>(bytes, kInputBytes));
    if (stream.read(std::span(waste).first(size)) < size) return;
    bytes -= static_cast<std::int64_t>(size);
  }
}

}  // namespace

Compression compression_of(const std::string& path) {
  std::array<char, 4> first{};
  PlainStream(path, 0).read(first);
  const std::string_view text(first.data(), first.size());
  if (text.starts_with("\x1f\x8b")) return Compression::gzip;
  if (text == "\x28\xb5\x2f\xfd") return Compression::zstd;
  return Compression::none;
}

std::string text_form(const std::string& path) {
  try {
    const Compression compression = compression_of(path);
    std::array<char, 512> first{};
    const std::size_t size = open_text(path, compression)->read(first);
    const bool is_text = std::all_of(first.begin(), first.begin() + size, [](char c) {
      return static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\r' || c == '\t';
    });
    if (!is_text || size == 0) return {};
    if (compression == Compression::none) return "text";
    return compression == Compression::gzip ? "text compressed by gzip" : "text compressed by zstd";
  } catch (const core::Error&) {
    return {};
  }
}

std::unique_ptr<TextStream> open_text(const std::string& path, Compression compression,
                                      std::int64_t offset) {
  if (compression == Compression::none) return std::make_unique<PlainStream>(path, offset);
  std::unique_ptr<TextStream> stream;
  if (compression == Compression::gzip) {
    stream = std::make_unique<GzipStream>(path);
  } else {
    stream = std::make_unique<ZstdStream>(path);
  }
  skip(*stream, offset);
  return stream;
}

std::unique_ptr<TextStream> open_text_of_size(const std::string& path, std::int64_t size,
                                              std::int64_t offset) {
  return std::make_unique<PlainStream>(path, offset, size);
}

std::unique_ptr<TextStream> stream_of(std::span<const char> text) {
  return std::make_unique<MemoryStream>(text);
}

}  // namespace mpilogit::formats
