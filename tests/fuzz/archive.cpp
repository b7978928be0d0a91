// Saved states. The first byte's digits say what is expected in them.

#include "core/archive.hpp"

#include <optional>
#include <vector>

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  core::Archive archive({bytes.begin(), bytes.end()});
  std::vector<double> numbers;
  std::vector<std::string> texts;
  std::optional<std::int64_t> maybe;
  try {
    for (unsigned kinds = data[0]; !archive.at_end(); kinds = kinds * 5 + 1) {
      if (kinds % 4 == 0) archive(numbers);
      if (kinds % 4 == 1) archive.each(texts, [&](auto& text) { archive(text); });
      if (kinds % 4 >= 2) archive(maybe);
      // What is read is never more than what there was.
      testing::require(numbers.size() * sizeof(double) <= size && texts.size() <= size);
    }
  } catch (const core::Error&) {
    // It ended too soon: a promise of ours, were it not for the fuzzer.
  }
  return 0;
}
