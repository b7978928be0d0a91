#include "formats/checksum.hpp"

#include <algorithm>
#include <vector>
#include <zlib.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"

namespace mpilogit::formats {

namespace {

constexpr std::int64_t kChecksumStep = std::int64_t{1} << 22;

/// Of a part of the bytes.
struct PartChecksum {
  std::uint64_t crc = 0;
  std::int64_t bytes = 0;
};

PartChecksum checksum_of_part(ByteSource& source, const comm::Communicator& communicator,
                              const Progress& progress) {
  const std::int64_t pieces = (source.size() + kChecksumStep - 1) / kChecksumStep;
  const std::int64_t first = pieces * communicator.rank() / communicator.size() * kChecksumStep;
  const std::int64_t last = std::min(
      source.size(), pieces * (communicator.rank() + 1) / communicator.size() * kChecksumStep);
  std::vector<std::byte> buffer(static_cast<std::size_t>(kChecksumStep));
  PartChecksum part;
  in_rounds(
      communicator,
      [&] {
        const std::int64_t size =
            std::clamp<std::int64_t>(last - first - part.bytes, 0, kChecksumStep);
        const auto piece = std::span(buffer).first(static_cast<std::size_t>(size));
        source.read(first + part.bytes, piece);
        part.crc = crc32_z(part.crc, reinterpret_cast<const Bytef*>(piece.data()), piece.size());
        part.bytes += size;
        return size;
      },
      [&](std::int64_t done) { progress("comparing checksums", done, source.size()); });
  return part;
}

}  // namespace

void require_checksum(ByteSource& source, const comm::Communicator& communicator,
                      const Progress& progress) {
  const auto expected = source.unchecked_crc();
  if (!expected) return;
  const PartChecksum mine = checksum_of_part(source, communicator, progress);
  std::uint64_t all = 0;
  for (const auto& part : communicator.all_gather(std::span<const PartChecksum>(&mine, 1))) {
    all = crc32_combine(all, part.crc, part.bytes);
  }
  if (all == *expected) return;
  throw core::agreed_bad_input(
      {.what = "is damaged",
       .where = source.name(),
       .why = "its bytes do not have the checksum that the archive has of them",
       .remedy = "Copy or write the archive again"});
}

}  // namespace mpilogit::formats
