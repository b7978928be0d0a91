#include <cstdlib>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "core/error.hpp"
#include "support/catch.hpp"

using mpilogit::comm::Communicator;

namespace {

Communicator comparing_world() {
  ::setenv("MPILOGIT_COMPARE_CALLS", "1", 1);
  return Communicator::world();
}

// The message of the error that every rank must get, or nothing.
template <class Work>
std::string refusal(Work work) {
  try {
    work();
  } catch (const mpilogit::core::Error& error) {
    CHECK(error.agreed());
    return error.what();
  }
  return {};
}

void check_names_both(const std::string& message, const std::string& one,
                      const std::string& other) {
  INFO(message);
  CHECK(message.find("different collective calls") != std::string::npos);
  CHECK(message.find("rank 0 " + one) != std::string::npos);
  CHECK(message.find("rank 1 " + other) != std::string::npos);
}

}  // namespace

TEST_CASE("calls that differ are refused on all ranks, and the next ones go on", "[comm]") {
  const Communicator world = comparing_world();
  if (world.size() == 1) return;
  const bool first = world.is_root();
  check_names_both(refusal([&] {
                     std::vector<std::int64_t> values(first ? 2 : 3);
                     world.sum(values);
                   }),
                   "sum of length 2", "sum of length 3");
  check_names_both(refusal([&] {
                     if (first) return world.barrier();
                     std::string text;
                     world.broadcast(text);
                   }),
                   "barrier of length 0", "broadcast of length 8");
  check_names_both(refusal([&] {
                     if (first) world.maximum(1.0);
                     if (!first) world.maximum(std::int64_t{1});
                   }),
                   "maximum of doubles of length 1", "maximum of integers of length 1");
  check_names_both(refusal([&] { world.meet(first ? 2 : 0); }), "meeting of length 2",
                   "meeting of length 0");
  CHECK(world.sum(1) == world.size());
}

TEST_CASE("a part has the ranks that gave its number, and compares their calls alone", "[comm]") {
  const Communicator world = comparing_world();
  const Communicator part = world.part(world.rank() % 2);
  CHECK(part.size() == (world.size() + 1 - world.rank() % 2) / 2);
  CHECK(part.rank() == world.rank() / 2);
  for (int i = 0; i < world.rank() % 2; ++i) part.barrier();
  CHECK(part.sum(1) == part.size());
}
