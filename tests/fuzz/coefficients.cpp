// Tables of coefficients from elsewhere; the first byte chooses the options.

#include <cmath>

#include "exporting/coefficient_table.hpp"
#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  if (size == 0) return 0;
  exporting::TableOptions options;
  if ((data[0] & 1U) != 0) options.step = data[0] >> 4U;
  if ((data[0] & 2U) != 0) options.classes = {"no", "yes"};
  const std::string text(testing::text_of(data + 1, size - 1));
  testing::refused_or_done([&] {
    const model::Model model = exporting::model_from_table(text, options, "table").model;
    testing::require(std::ssize(model.coefficients) == model.rows() * model.features);
    for (const double value : model.coefficients) testing::require(std::isfinite(value));
  });
  return 0;
}
