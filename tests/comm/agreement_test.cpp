#include "comm/agreement.hpp"

#include <new>
#include <stdexcept>

#include "core/error.hpp"
#include "support/catch.hpp"

using mpilogit::comm::Communicator;
using mpilogit::comm::on_root;
using mpilogit::comm::require_same;
using mpilogit::comm::together;
using mpilogit::core::Error;
using mpilogit::core::ExitCode;

namespace {

struct Outcome {
  int code;  // 0 if nothing was thrown
  std::string message;
};

template <class Work>
Outcome outcome_of(Work work) {
  try {
    work();
    return {0, ""};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
}

// "rank 3: message", or the message alone where there is one rank only.
std::string from_rank(int rank, const std::string& message) {
  return Communicator::world().size() == 1 ? message
                                           : "rank " + std::to_string(rank) + ": " + message;
}

int last_rank() {
  return Communicator::world().size() - 1;
}

// Together, with the last rank throwing `exception` and the others content.
template <class Exception>
Outcome outcome_if_last_throws(const Exception& exception) {
  const Communicator world = Communicator::world();
  return outcome_of([&] {
    together(world, [&] {
      if (world.rank() == last_rank()) throw exception;
    });
  });
}

}  // namespace

TEST_CASE("together runs the work on every rank", "[comm]") {
  const Communicator world = Communicator::world();
  int runs = 0;
  together(world, [&] { ++runs; });
  CHECK(runs == 1);
  CHECK(world.sum(runs) == world.size());
}

TEST_CASE("an error on one rank is thrown on all, with the rank named", "[comm]") {
  const Outcome outcome =
      outcome_if_last_throws(Error(ExitCode::not_converged, "y: 3 rows missing"));
  CHECK(outcome.code == 3);
  CHECK(outcome.message == from_rank(last_rank(), "y: 3 rows missing"));
}

TEST_CASE("all ranks can go on after an agreed error", "[comm]") {
  const Communicator world = Communicator::world();
  CHECK(outcome_if_last_throws(Error(ExitCode::bad_input, "no")).code == 2);
  CHECK(world.sum(1) == world.size());
}

TEST_CASE("an error that all ranks share is told without a rank", "[comm]") {
  const Communicator world = Communicator::world();
  const Outcome outcome = outcome_of(
      [&] { together(world, [] { throw Error(ExitCode::bad_input, "no such file"); }); });
  CHECK(outcome.code == 2);
  CHECK(outcome.message == "no such file");
}

TEST_CASE("of several different errors, that of the lowest rank is told", "[comm]") {
  const Communicator world = Communicator::world();
  const int first = world.size() > 2 ? 1 : 0;
  const Outcome outcome = outcome_of([&] {
    together(world, [&] {
      if (world.rank() < first) return;
      const auto code = world.rank() == first ? ExitCode::bad_input : ExitCode::internal_failure;
      throw Error(code, "trouble number " + std::to_string(world.rank()));
    });
  });
  CHECK(outcome.code == 2);
  CHECK(outcome.message == from_rank(first, "trouble number " + std::to_string(first)));
}

TEST_CASE("other exceptions become errors with a code", "[comm]") {
  const Outcome unknown = outcome_if_last_throws(std::runtime_error("vector was odd"));
  CHECK(unknown.code == 1);
  CHECK(unknown.message == from_rank(last_rank(), "internal failure: vector was odd"));

  const Outcome memory = outcome_if_last_throws(std::bad_alloc());
  CHECK(memory.code == 2);
  CHECK(memory.message.find("out of memory") != std::string::npos);

  const Outcome strange = outcome_if_last_throws(42);
  CHECK(strange.code == 1);
}

TEST_CASE("on_root works once and tells all", "[comm]") {
  const Communicator world = Communicator::world();
  int runs = 0;
  const std::string text = on_root(world, [&] {
    ++runs;
    return std::string("rank ") + std::to_string(world.rank());
  });
  CHECK(text == "rank 0");
  CHECK(runs == (world.is_root() ? 1 : 0));
}

TEST_CASE("an error on the root is thrown on all", "[comm]") {
  const Communicator world = Communicator::world();
  const Outcome outcome = outcome_of([&] {
    on_root(world,
            []() -> std::string { throw Error(ExitCode::bad_input, "train.h5: truncated"); });
  });
  CHECK(outcome.code == 2);
  CHECK(outcome.message == "train.h5: truncated");
}

TEST_CASE("what is the same on all ranks passes", "[comm]") {
  const Communicator world = Communicator::world();
  CHECK_NOTHROW(require_same(world, "the options", "l2=1"));
  CHECK_NOTHROW(require_same(world, "the options", ""));
}

TEST_CASE("what differs on one rank is refused on all", "[comm]") {
  const Communicator world = Communicator::world();
  if (world.size() == 1) return;
  const std::string mine = world.rank() == last_rank() ? "l2=1.0" : "l2=1";
  const Outcome outcome = outcome_of([&] { require_same(world, "the options", mine); });
  CHECK(outcome.code == 2);
  CHECK(outcome.message.find("the options differ between rank 0 and rank " +
                             std::to_string(last_rank())) != std::string::npos);
}

TEST_CASE("a difference of the root is refused on all", "[comm]") {
  const Communicator world = Communicator::world();
  if (world.size() == 1) return;
  const Outcome outcome =
      outcome_of([&] { require_same(world, "the options", world.is_root() ? "a" : "b"); });
  CHECK(outcome.code == 2);
  CHECK(outcome.message.find("between rank 0 and rank 1") != std::string::npos);
}
