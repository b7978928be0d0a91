// Arrays of numpy.save.

#include <algorithm>

#include "formats/npy_array.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  testing::refused_or_done([&] {
    formats::NpyArray array(formats::open_bytes(testing::file_of(data, size)));
    const std::int64_t count = std::min<std::int64_t>(array.elements(), 1000);
    // No array is longer than its file.
    testing::require(array.elements() * array.type().size <= static_cast<std::int64_t>(size));
    if (array.type().is_text()) {
      array.texts(array.elements() - count, count);
    } else {
      array.numbers(array.elements() - count, count);
      array.integers(0, count);
    }
  });
  return 0;
}
