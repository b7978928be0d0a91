#include "core/parse_json.hpp"

#include <string>

#include "support/catch.hpp"

namespace mpilogit::core {
namespace {

std::string nested(int depth, const std::string& open, const std::string& close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

TEST_CASE("JSON is nested too deeply above a hundred levels, whatever they are of") {
  for (const auto& [open, close] : {std::pair{"[", "]"}, std::pair{"{\"a\":", "}"}}) {
    CHECK_FALSE(nested_too_deeply(nested(kDeepestJson, open, close)));
    CHECK(nested_too_deeply(nested(kDeepestJson + 1, open, close)));
  }
  CHECK(nested_too_deeply(std::string(100'000, '[')));
}

TEST_CASE("what is within a text is not nested, nor is what follows another") {
  CHECK_FALSE(nested_too_deeply("\"" + std::string(1000, '[') + "\""));
  CHECK_FALSE(nested_too_deeply(R"("a\"[)" + std::string(1000, '[') + "\""));
  CHECK(nested_too_deeply(R"(["a\\")" + std::string(1000, '[')));
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) wide += "[],";
  CHECK_FALSE(nested_too_deeply(wide + "[]]"));
}

}  // namespace
}  // namespace mpilogit::core
