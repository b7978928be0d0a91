#pragma once
// Where bytes come from: a file, a part of one, an entry of an archive.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mpilogit::formats {

class ByteSource {
 public:
  ByteSource() = default;
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  virtual std::int64_t size() const = 0;
  /// How messages call it.
  virtual const std::string& name() const = 0;
  /// Whether any byte can be read at once. Else what is before must be read, too, and going back
  /// begins anew.
  virtual bool random_access() const = 0;
  /// Fills `bytes` from byte `offset` on. Throws bad input where they cannot be read.
  virtual void read(std::int64_t offset, std::span<std::byte> bytes) = 0;
  /// The CRC-32 that all bytes should have, where reading does not compare it: what can be read in
  /// parts (table/checksum.hpp).
  virtual std::optional<std::uint32_t> unchecked_crc() const { return std::nullopt; }
};

/// Throws bad input if the file cannot be opened.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

/// By its first bytes.
bool is_zip_archive(const std::string& path);

/// Opened once; the members' sources must not outlive it.
class ZipArchive {
 public:
  explicit ZipArchive(const std::string& path);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Names of the members, in the order of the archive.
  std::vector<std::string> members() const;
  bool contains(const std::string& member) const;

  /// Throws bad input if the member is not there, encrypted, or declares more than its compressed
  /// bytes can hold.
  std::unique_ptr<ByteSource> open(const std::string& member) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

class PlainFile {
 public:
  /// Throws bad input if it cannot be opened or is no regular file: ranks read a file in several
  /// places and more than once. Never waits, as opening a pipe may.
  explicit PlainFile(std::string path);
  ~PlainFile();
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  const std::string& path() const { return path_; }
  /// When it was opened.
  std::int64_t size() const { return size_; }

  /// Fills `bytes` from byte `offset` on as far as the file goes; returns how many that were.
  std::size_t read(std::int64_t offset, std::span<std::byte> bytes) const;

 private:
  void require_regular();

  std::string path_;
  int file_;
  std::int64_t size_ = 0;
};

}  // namespace mpilogit::formats
