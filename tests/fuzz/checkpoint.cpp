// Checkpoints. Their digest would keep the fuzzer out: it is put right before they are read.

#include <algorithm>

#include "core/digest.hpp"
#include "fuzz/fuzz.hpp"
#include "running/checkpoint_file.hpp"

namespace {

constexpr std::string_view kFirstLine = "mpilogit checkpoint 2\n";
constexpr std::size_t kDigest = 64;
constexpr std::size_t kHeader = kFirstLine.size() + kDigest + 1;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  std::string text(testing::text_of(data, size));
  if (text.size() >= kHeader && text.compare(0, kFirstLine.size(), kFirstLine) == 0) {
    const auto body = std::as_bytes(std::span(text).subspan(kHeader));
    text.replace(kFirstLine.size(), kDigest, core::sha256(body));
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  testing::refused_or_done([&] { running::find_checkpoint(testing::file_of(bytes, text.size())); });
  return 0;
}
