// Rows of a pass: each once, whatever fits in memory; errors of the reading thread reach all ranks.

#include "data/block_stream.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fcntl.h>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "hdf5/file.hpp"
#include "support/catch.hpp"

namespace mpilogit::data {
namespace {

constexpr std::int64_t kRows = 3000;  // blocks of 32 rows
constexpr std::int64_t kFeatures = 10;
constexpr std::int64_t kRowBytes = kFeatures * 8;
constexpr std::int64_t kBlockBytes = 32 * kRowBytes;

// Value j of row i is 10 i + j. On rank 0, removed at the end.
class NumberedRows {
 public:
  explicit NumberedRows(const comm::Communicator& world) : world_(world) {
    path_ = comm::on_root(world, [&] {
      std::vector<double> x;
      for (std::int64_t n = 0; n < kRows * kFeatures; ++n) x.push_back(static_cast<double>(n));
      const std::string name = "stream-test-" + std::to_string(::getpid()) + ".h5";
      hdf5::File file = hdf5::File::create(name);
      hdf5::write_doubles(file, "X", x, {kRows, kFeatures});
      file.close();
      return name;
    });
  }
  ~NumberedRows() {
    world_.barrier();
    if (world_.is_root()) ::unlink(path_.c_str());
  }
  NumberedRows(const NumberedRows&) = delete;
  NumberedRows& operator=(const NumberedRows&) = delete;

  const std::string& path() const { return path_; }

  /// With room for so many bytes of rows on each rank.
  Dataset read(std::int64_t room, int threads) const {
    Source source;
    source.files = {path_};
    source.labels = std::nullopt;
    source.memory.of_host = room * world_.on_this_host().size();
    return read_dataset(source, world_, threads);
  }

 private:
  const comm::Communicator& world_;
  std::string path_;
};

// No thread's stack is found room for, and little else.
class NoMoreAddresses {
 public:
  NoMoreAddresses() {
    ::getrlimit(RLIMIT_AS, &before_);
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    const auto page = static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
    const rlimit limit{pages * page + (rlim_t{1} << 20), before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  ~NoMoreAddresses() { ::setrlimit(RLIMIT_AS, &before_); }
  NoMoreAddresses(const NoMoreAddresses&) = delete;
  NoMoreAddresses& operator=(const NoMoreAddresses&) = delete;

 private:
  rlimit before_{};
};

std::vector<Range> blocks_of(const Dataset& dataset, std::int64_t skip = 1) {
  std::vector<Range> wanted;
  const Range blocks = dataset.local_blocks();
  for (auto block = blocks.first; block < blocks.last; block += skip) {
    const Range rows = dataset.shape().blocks().rows_of(block);
    const std::int64_t first = dataset.local_rows().first;
    wanted.push_back({rows.first - first, rows.last - first});
  }
  return wanted;
}

const double* values_of(const kernels::AnyRows& rows) {
  return std::get<kernels::DenseRows<double>>(std::get<kernels::AnyDenseRows>(rows)).values;
}

TEST_CASE("every range comes once with its own rows, whatever the budget") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  for (const std::int64_t room :
       {kBlockBytes, 3 * kBlockBytes, 16 * kBlockBytes, kRows * kRowBytes}) {
    for (const int threads : {1, 3}) {
      CAPTURE(room, threads);
      const Dataset dataset = file.read(room, threads);
      CHECK(dataset.streams() == (room < kRows * kRowBytes / world.size()));
      for (const std::int64_t skip : {1, 3}) {
        std::vector<Range> wanted = blocks_of(dataset, skip);
        if (skip == 3) {
          std::reverse(wanted.begin(), wanted.end());  // as samples may be
          for (auto& rows : wanted) rows.last = rows.first + (rows.size() + 1) / 2;
        }
        std::vector<std::atomic<int>> seen(wanted.size());
        std::atomic<bool> right = true;
        for_each_rows(
            dataset, wanted, threads, [&](std::size_t i, const kernels::AnyRows& rows, int) {
              ++seen[i];
              const std::int64_t row = dataset.local_rows().first + wanted[i].first;
              right = right && *values_of(rows) == static_cast<double>(row * kFeatures) &&
                      static_cast<std::int64_t>(kernels::row_count(rows)) == wanted[i].size();
            });
        CHECK(right);
        CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& times) { return times == 1; }));
      }
    }
  }
}

TEST_CASE("no more is in memory than fits") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  const std::int64_t room = 40 * kBlockBytes / world.size();
  const Dataset dataset = file.read(room, 1);
  REQUIRE(dataset.streams());
  for_each_rows(dataset, blocks_of(dataset), 1, [](std::size_t, const kernels::AnyRows&, int) {});
  CHECK(dataset.resident_bytes() <= room + kFeatures * 8);
  CHECK(dataset.memory_split().streamed >= kRows * kRowBytes - 40 * kBlockBytes);
  CHECK(world.sum(dataset.stream_use().bytes_read) == 2 * dataset.memory_split().streamed);
}

TEST_CASE("a stream may be left before its end, and a body may throw") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  const Dataset dataset = file.read(4 * kBlockBytes, 2);
  const auto wanted = blocks_of(dataset);
  {
    BlockStream stream(dataset, wanted);
    const auto lease = stream.take();
    REQUIRE(lease.has_value());
  }
  CHECK_THROWS_WITH(for_each_rows(dataset, wanted, 2,
                                  [](std::size_t, const kernels::AnyRows&, int) {
                                    throw std::runtime_error("a body");
                                  }),
                    "a body");
  std::atomic<std::size_t> seen = 0;
  for_each_rows(dataset, wanted, 2, [&](std::size_t, const kernels::AnyRows&, int) { ++seen; });
  CHECK(seen == wanted.size());
}

TEST_CASE("a file that has become shorter is refused") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  const Dataset dataset = file.read(2 * kBlockBytes, 1);
  world.barrier();
  if (world.is_root()) REQUIRE(::truncate(file.path().c_str(), 4096) == 0);
  world.barrier();
  CHECK_THROWS_AS(for_each_rows(dataset, blocks_of(dataset), 1,
                                [](std::size_t, const kernels::AnyRows&, int) {}),
                  core::Error);
}

#if !defined(__SANITIZE_ADDRESS__)  // which wants more address space with every thread
// The first look left the stack of its reader, which is used again; there is none for a second.
TEST_CASE("a reader that cannot be started is done without") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  const Dataset dataset = file.read(4 * kBlockBytes, 2);
  const auto wanted = blocks_of(dataset);
  std::size_t seen = 0;
  {
    const NoMoreAddresses limit;
    for_each_rows(dataset, wanted, 1, [&](std::size_t, const kernels::AnyRows&, int) { ++seen; });
  }
  CHECK(seen == wanted.size());
}
#endif

// After the last piece was fetched: where it is mapped, it ends under the eyes of who looks at it.
TEST_CASE("a file that becomes shorter while its rows are looked at is refused") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  const Dataset dataset = file.read(2 * kBlockBytes, 1);
  REQUIRE(dataset.streams());
  const std::vector<Range> wanted = {blocks_of(dataset).back()};
  const auto look = [&](std::size_t, const kernels::AnyRows& rows, int) {
    world.barrier();
    if (world.is_root()) REQUIRE(::truncate(file.path().c_str(), 2048) == 0);
    world.barrier();
    const double* const values = values_of(rows);
    const auto count = kernels::row_count(rows) * static_cast<std::size_t>(kFeatures);
    REQUIRE(std::isfinite(std::accumulate(values, values + count, 0.0)));
  };
  const bool mapped = dataset.stream_use().bytes_mapped > 0;
  CHECK_THROWS_WITH(
      for_each_rows(dataset, wanted, 1, look),
      Catch::Contains(file.path()) && Catch::Contains(mapped ? "became shorter" : "changed while"));
}

TEST_CASE("a file that changes while its rows are looked at is refused") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  const Dataset dataset = file.read(2 * kBlockBytes, 1);
  world.barrier();
  const auto wanted = blocks_of(dataset);
  std::atomic<std::size_t> seen = 0;
  CHECK_THROWS_WITH(for_each_rows(dataset, wanted, 1,
                                  [&](std::size_t, const kernels::AnyRows&, int) {
                                    // After the last one is read.
                                    if (++seen == wanted.size())
                                      ::utimensat(AT_FDCWD, file.path().c_str(), nullptr, 0);
                                  }),
                    Catch::Contains("changed while it was being read"));
}

TEST_CASE("a block that does not fit is refused by all ranks") {
  const auto world = comm::Communicator::world();
  const NumberedRows file(world);
  CHECK_THROWS_WITH(file.read(kBlockBytes / 2, 1), Catch::Contains("limit from --memory"));
}

}  // namespace
}  // namespace mpilogit::data
