#include "comm/communicator.hpp"

#include <array>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "comm/native.hpp"
#include "support/catch.hpp"

using mpilogit::comm::Communicator;

namespace {

// Some text that differs in content and length between ranks, with a zero byte; nothing on rank 1.
std::string text_of(int rank) {
  if (rank == 1) return {};
  return std::string(static_cast<std::size_t>(rank), 'x') + '\0' + std::to_string(rank);
}

struct Record {
  std::int32_t from;
  std::int32_t to;
  double number;
  bool operator==(const Record&) const = default;
};

}  // namespace

TEST_CASE("a rank knows its place", "[comm]") {
  const Communicator world = Communicator::world();
  int rank = -1;
  int size = -1;
  MPI_Comm_rank(mpilogit::comm::native_handle(world), &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  CHECK(world.rank() == rank);
  CHECK(world.size() == size);
  CHECK(world.is_root() == (rank == 0));
}

TEST_CASE("sums are element by element and exact beyond 2^53", "[comm]") {
  const Communicator world = Communicator::world();
  const std::int64_t rank = world.rank();
  const std::int64_t ranks = world.size();
  const std::int64_t large = (std::int64_t{1} << 60) + 1;
  std::vector<std::int64_t> values = {rank, -rank, rank == 0 ? large : 1, 0};
  world.sum(values);
  const std::int64_t triangle = ranks * (ranks - 1) / 2;
  CHECK(values == std::vector<std::int64_t>{triangle, -triangle, large + ranks - 1, 0});
  CHECK(world.sum(rank + 1) == triangle + ranks);
}

TEST_CASE("a sum of nothing is nothing", "[comm]") {
  std::vector<std::int64_t> none;
  Communicator::world().sum(none);
  CHECK(none.empty());
}

TEST_CASE("maxima and minima", "[comm]") {
  const Communicator world = Communicator::world();
  const int last = world.size() - 1;
  const double rank = world.rank();
  std::vector<double> values = {rank, -rank, -std::numeric_limits<double>::infinity()};
  world.maximum(values);
  CHECK(values == std::vector<double>{static_cast<double>(last), 0.0,
                                      -std::numeric_limits<double>::infinity()});
  CHECK(world.maximum(rank - 10) == last - 10);
  CHECK(world.minimum(rank - 10) == -10);
  CHECK(world.maximum(std::int64_t{world.rank()} - 10) == last - 10);
  CHECK(world.minimum(std::int64_t{world.rank()} - 10) == -10);
}

TEST_CASE("a broadcast gives every rank what the root has", "[comm]") {
  const Communicator world = Communicator::world();
  for (int root = 0; root < world.size(); ++root) {
    std::string text = text_of(world.rank());
    world.broadcast(text, root);
    CHECK(text == text_of(root));
    std::array<double, 3> numbers = {world.rank() + 0.25, world.rank() + 0.5, 1.0};
    world.broadcast(numbers, root);
    CHECK(numbers == std::array<double, 3>{root + 0.25, root + 0.5, 1.0});
  }
  std::string empty = world.is_root() ? "" : "to be cleared";
  world.broadcast(empty);
  CHECK(empty.empty());
}

TEST_CASE("gathered strings come in the order of ranks, empty ones too", "[comm]") {
  const Communicator world = Communicator::world();
  std::vector<std::string> expected;
  for (int rank = 0; rank < world.size(); ++rank) expected.push_back(text_of(rank));
  CHECK(world.all_gather(text_of(world.rank())) == expected);
}

TEST_CASE("gathered values come in the order of ranks, also from ranks without any", "[comm]") {
  const Communicator world = Communicator::world();
  // Even ranks have none: with one rank, nobody has any.
  std::vector<double> mine;
  if (world.rank() % 2 == 1)
    mine.assign(static_cast<std::size_t>(world.rank()), world.rank() * 1.5);
  std::vector<double> expected;
  for (int rank = 1; rank < world.size(); rank += 2) {
    expected.insert(expected.end(), static_cast<std::size_t>(rank), rank * 1.5);
  }
  CHECK(world.all_gather(std::span<const double>(mine)) == expected);
}

TEST_CASE("an exchange brings every record to its rank, by sender", "[comm]") {
  const Communicator world = Communicator::world();
  const int me = world.rank();
  // From r to s: (r + 2 s) mod 3 records, so that some pairs have none.
  const auto count = [](int from, int to) { return (from + 2 * to) % 3; };
  std::vector<std::vector<Record>> outgoing(static_cast<std::size_t>(world.size()));
  std::vector<Record> expected;
  for (int other = 0; other < world.size(); ++other) {
    for (int i = 0; i < count(me, other); ++i) {
      outgoing[static_cast<std::size_t>(other)].push_back({me, other, i + 0.5});
    }
    for (int i = 0; i < count(other, me); ++i) expected.push_back({other, me, i + 0.5});
  }
  CHECK(world.exchange(outgoing) == expected);
}

TEST_CASE("the ranks of this host are all of them, in a test on one host", "[comm]") {
  const Communicator world = Communicator::world();
  const Communicator host = world.on_this_host();
  CHECK(host.size() == world.size());
  CHECK(host.rank() == world.rank());
  CHECK(host.sum(1) == world.size());
  CHECK(mpilogit::comm::native_handle(host) != MPI_COMM_WORLD);
}

TEST_CASE("traffic counts allreduce calls and bytes, of an object and its copies", "[comm]") {
  const Communicator world = Communicator::world();
  const Communicator copy = world;
  std::vector<std::int64_t> values(5, 1);
  world.sum(values);
  CHECK(copy.maximum(1.0) == 1.0);
  world.barrier();
  CHECK(world.traffic().allreduce_count == 2);
  CHECK(world.traffic().allreduce_bytes == 5 * 8 + 8);
  CHECK(copy.traffic().allreduce_bytes == world.traffic().allreduce_bytes);
  CHECK(Communicator::world().traffic().allreduce_count == 0);
}
