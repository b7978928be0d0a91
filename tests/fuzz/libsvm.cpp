// Lines of the LIBSVM form.

#include <algorithm>
#include <cmath>
#include <functional>

#include "formats/libsvm_reader.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  constexpr std::uint32_t kMost = 1U << 20U;
  std::string_view text = testing::text_of(data, size);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    testing::refused_or_done([&] {
      formats::LibsvmRow row;
      const auto where = [] { return std::string("line"); };
      if (!formats::read_libsvm_row(text.substr(0, end), kMost, where, row)) return;
      testing::require(row.columns.size() == row.values.size());
      testing::require(std::adjacent_find(row.columns.begin(), row.columns.end(),
                                          std::greater_equal<>()) == row.columns.end());
      testing::require(row.columns.empty() || row.columns.back() <= kMost);
      for (const double value : row.values) testing::require(std::isfinite(value));
      testing::require(row.label == std::trunc(row.label));
    });
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return 0;
}
