#include "data/labels.hpp"

#include <numeric>

#include <catch2/catch.hpp>

namespace {

namespace data = mpilogit::data;

std::vector<std::uint32_t> all_of(const data::ClassIndices& indices) {
  return indices.visit(
      [](auto values) { return std::vector<std::uint32_t>(values.begin(), values.end()); });
}

TEST_CASE("class indices take one byte each until one of them needs two") {
  data::ClassIndices indices;
  CHECK(indices.empty());
  std::vector<std::uint32_t> expected = {0, 255, 7};
  indices.append(expected);
  CHECK(indices.bytes() == 3);
  CHECK(all_of(indices) == expected);
  const std::vector<std::uint32_t> wide = {256, 1, 65535};
  indices.append(wide);
  expected.insert(expected.end(), wide.begin(), wide.end());
  CHECK(indices.size() == 6);
  CHECK(indices.bytes() == 12);
  CHECK(all_of(indices) == expected);
  CHECK(indices[1] == 255);
  CHECK(indices[3] == 256);
}

TEST_CASE("class indices may need two bytes from the first on") {
  const std::vector<std::uint32_t> all = {300, 0};
  data::ClassIndices indices;
  indices.append(all);
  CHECK(indices.bytes() == 4);
  CHECK(indices.narrow().empty());
  CHECK(all_of(indices) == all);
  indices.append(all);
  CHECK(all_of(indices) == std::vector<std::uint32_t>{300, 0, 300, 0});
}

TEST_CASE("class indices are translated, into two bytes where that is needed") {
  data::ClassIndices indices;
  indices.append(std::vector<std::uint32_t>{2, 0, 1, 2});
  indices.translate(std::vector<std::uint32_t>{1, 255, 0});
  CHECK(all_of(indices) == std::vector<std::uint32_t>{0, 1, 255, 0});
  CHECK(indices.bytes() == 4);
  std::vector<std::uint32_t> to(256, 3);
  to[255] = 9999;
  indices.translate(to);
  CHECK(all_of(indices) == std::vector<std::uint32_t>{3, 3, 9999, 3});
  CHECK(indices.bytes() == 8);
  CHECK(indices[2] == 9999);
}

}  // namespace
