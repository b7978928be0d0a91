// Schemas: what is read once is written so that it reads the same.

#include "formats/schema.hpp"

#include "fuzz/fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpilogit;
  testing::refused_or_done([&] {
    const formats::Schema schema =
        formats::schema_from(std::string(testing::text_of(data, size)), "schema");
    // More names than that would take the fuzzer's memory.
    if (schema.features() < 100'000) {
      testing::require(std::ssize(schema.feature_names()) == schema.features());
    }
    const std::string text = formats::to_text(schema);
    testing::require(formats::schema_from(text, "schema") == schema);
  });
  return 0;
}
