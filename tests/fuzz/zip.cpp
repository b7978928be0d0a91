// Archives of arrays, as numpy.savez writes them: a declared size is not believed.

#include <algorithm>

#include "formats/npy_array.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  const std::string path = testing::file_of(data, size);
  testing::refused_or_done([&] {
    if (!formats::is_zip_archive(path)) return;
    const formats::ZipArchive archive(path);
    for (const auto& member : archive.members()) {
      testing::refused_or_done([&] {
        formats::NpyArray array(archive.open(member));
        const std::int64_t count = std::min<std::int64_t>(array.elements(), 1000);
        if (!array.type().is_text()) array.numbers(0, count);
      });
    }
  });
  return 0;
}
