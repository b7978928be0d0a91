#include <mutex>
#include <numeric>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "data/features/shard_files.hpp"

namespace {

namespace data = mpilogit::data;

TEST_CASE("slices cover every row once, and a worker's rows ascend") {
  for (const std::int64_t rows : {0, 1, 6, 7, 8, 100}) {
    for (const int threads : {1, 2, 5}) {
      CAPTURE(rows, threads);
      std::mutex mutex;
      std::vector<int> visits(static_cast<std::size_t>(rows), 0);
      std::vector<std::int64_t> next(static_cast<std::size_t>(threads), -1);
      bool ascending = true;
      data::for_each_slice(rows, 7, threads, [&](data::Range slice, int worker) {
        const std::lock_guard lock(mutex);
        auto& expected = next.at(static_cast<std::size_t>(worker));
        ascending &= slice.size() > 0 && slice.size() <= 7;
        ascending &= expected < 0 ? slice.first % 7 == 0 : slice.first == expected;
        expected = slice.last;
        for (auto row = slice.first; row < slice.last; ++row) {
          ++visits.at(static_cast<std::size_t>(row));
        }
      });
      CHECK(ascending);
      CHECK(visits == std::vector<int>(static_cast<std::size_t>(rows), 1));
    }
  }
}

TEST_CASE("what a look throws comes out of its thread, the lowest rows' first") {
  for (const int threads : {1, 2, 5}) {
    CHECK_THROWS_WITH(data::for_each_slice(100, 10, threads,
                                           [](data::Range slice, int) {
                                             throw std::runtime_error(std::to_string(slice.first));
                                           }),
                      "0");
  }
}

TEST_CASE("a slice has a row at least") {
  CHECK(data::rows_per_slice(std::int64_t{1} << 40) == 1);
  CHECK(data::rows_per_slice(1) > 1000);
}

}  // namespace
