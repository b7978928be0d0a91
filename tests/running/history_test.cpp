// A bounded history: which iterations stay.

#include "running/history.hpp"

#include "support/catch.hpp"

using mpilogit::running::History;

namespace {

std::vector<std::int64_t> kept_of(std::int64_t count) {
  History history;
  for (std::int64_t i = 0; i < count; ++i) {
    history.add({.iteration = i, .objective = 2.0 * static_cast<double>(i)},
                0.5 * static_cast<double>(i));
  }
  std::vector<std::int64_t> iterations;
  for (const auto& entry : history.entries()) {
    CHECK(entry.objective == 2.0 * static_cast<double>(entry.iteration));
    CHECK(entry.seconds == 0.5 * static_cast<double>(entry.iteration));
    iterations.push_back(entry.iteration);
  }
  return iterations;
}

}  // namespace

TEST_CASE("a short history is whole") {
  CHECK(kept_of(0).empty());
  CHECK(kept_of(3) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(kept_of(500).size() == 500);
}

TEST_CASE("a long history keeps every 2^k-th entry and the newest") {
  for (const std::int64_t count : {501, 502, 1000, 1002, 1003, 10000, 12345}) {
    const auto kept = kept_of(count);
    CHECK(kept.size() <= History::kMost + 1);
    CHECK(kept.size() > History::kMost / 2);
    CHECK(kept.front() == 0);
    CHECK(kept.back() == count - 1);
    const std::int64_t stride = kept[1];
    CHECK((stride & (stride - 1)) == 0);
    for (std::size_t i = 0; i + 1 < kept.size(); ++i) {
      CHECK(kept[i] == stride * static_cast<std::int64_t>(i));
    }
  }
}
