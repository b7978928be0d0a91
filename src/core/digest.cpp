#include "core/digest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/error.hpp"

namespace mpilogit::core {

std::string sha256(std::span<const std::byte> bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    throw internal_failure("OpenSSL could not compute a SHA-256");
  }
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kWord = sizeof(std::uint64_t);
constexpr std::size_t kLanes = 4;

// Σ w_i and Σ i w_i over n vectors of kLanes words, i counted from 0. A lane's second sum takes up
// its first one after each vector, so that the word of vector v is in it n − v times.
ByteFingerprint of_vectors(const std::byte* bytes, std::size_t vectors) {
  std::array<std::uint64_t, kLanes> plain{};
  std::array<std::uint64_t, kLanes> repeated{};
  for (std::size_t v = 0; v < vectors; ++v) {
    std::array<std::uint64_t, kLanes> words;
    std::memcpy(words.data(), bytes + v * sizeof(words), sizeof(words));
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      plain[lane] += words[lane];
      repeated[lane] += plain[lane];
    }
  }
  ByteFingerprint sum;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sum.plain += plain[lane];
    sum.placed += kLanes * (vectors * plain[lane] - repeated[lane]) + lane * plain[lane];
  }
  return sum;
}

}  // namespace

void ByteFingerprint::add(std::span<const std::byte> bytes, std::int64_t offset) {
  auto at = static_cast<std::uint64_t>(offset);
  const auto add_part_of_word = [&](std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(reinterpret_cast<std::byte*>(&word) + at % kWord, bytes.data(), count);
    plain += word;
    placed += at / kWord * word;
    bytes = bytes.subspan(count);
    at += count;
  };
  if (at % kWord != 0) add_part_of_word(std::min(bytes.size(), kWord - at % kWord));
  const std::size_t vectors = bytes.size() / (kLanes * kWord);
  const ByteFingerprint middle = of_vectors(bytes.data(), vectors);
  plain += middle.plain;
  placed += at / kWord * middle.plain + middle.placed;
  bytes = bytes.subspan(vectors * kLanes * kWord);
  at += vectors * kLanes * kWord;
  while (!bytes.empty()) add_part_of_word(std::min(bytes.size(), kWord));
}

}  // namespace mpilogit::core
