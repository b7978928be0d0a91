#pragma once
// Text from the disk, as it is or compressed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace mpilogit::formats {

/// Bytes one after the other.
class TextStream {
 public:
  TextStream() = default;
  virtual ~TextStream() = default;
  TextStream(const TextStream&) = delete;
  TextStream& operator=(const TextStream&) = delete;

  /// Fills `bytes` as far as the text goes; less than asked for is the end. Throws bad input,
  /// naming file and byte, where the file cannot be read, is damaged or cut off.
  virtual std::size_t read(std::span<char> bytes) = 0;
};

enum class Compression { none, gzip, zstd };

/// By the first bytes of the file, whatever it is called. Throws bad input if it cannot be read.
Compression compression_of(const std::string& path);

/// "text", "text compressed by gzip", …, or empty if the file cannot be read or is something else:
/// as far as its first bytes tell. Never throws.
std::string text_form(const std::string& path);

/// The text of a file from byte `offset` of the text on. Cost: of compressed text, decompressing
/// what is before.
std::unique_ptr<TextStream> open_text(const std::string& path, Compression compression,
                                      std::int64_t offset = 0);

/// Of a plain file that had `size` bytes when that was asked: what was appended since does not
/// count, and if it is shorter, reading throws.
std::unique_ptr<TextStream> open_text_of_size(const std::string& path, std::int64_t size,
                                              std::int64_t offset);

/// Of a text in memory, which must outlive the stream.
std::unique_ptr<TextStream> stream_of(std::span<const char> text);

}  // namespace mpilogit::formats
