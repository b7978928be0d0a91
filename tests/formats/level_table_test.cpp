#include "formats/level_table.hpp"

#include <catch2/catch.hpp>

namespace formats = mpilogit::formats;

TEST_CASE("levels are found by their text, as many as there are") {
  formats::LevelTable levels;
  std::vector<std::string> texts = {""};
  for (int i = 0; i < 3000; ++i)
    texts.push_back(std::string(static_cast<std::size_t>(i % 40), 'a') + std::to_string(i));
  for (const auto& text : texts) {
    REQUIRE(levels.find(text) == formats::LevelTable::kNone);
    levels.add(text);
  }
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    REQUIRE(levels.find(texts[i]) == i);
    REQUIRE(levels[i] == texts[i]);
  }
  CHECK(levels.find("b") == formats::LevelTable::kNone);
  CHECK(levels.size() == texts.size());
}
