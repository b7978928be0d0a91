#include "core/error.hpp"

#include "support/catch.hpp"

using mpilogit::core::bad_input;
using mpilogit::core::Error;
using mpilogit::core::ExitCode;
using mpilogit::core::internal_failure;
using mpilogit::core::to_message;

TEST_CASE("a message says where, what, why and what to do", "[core]") {
  CHECK(
      to_message({.what = "3 rows", .where = "train.h5:/y", .why = "X has 4", .remedy = "Add 1"}) ==
      "train.h5:/y: 3 rows; X has 4. Add 1");
}

TEST_CASE("parts of a message that are empty leave no trace", "[core]") {
  CHECK(to_message({.what = "3 rows", .where = "", .why = "", .remedy = ""}) == "3 rows");
  CHECK(to_message({.what = "3 rows", .where = "y", .why = "", .remedy = ""}) == "y: 3 rows");
  CHECK(to_message({.what = "3 rows", .where = "", .why = "X has 4", .remedy = ""}) ==
        "3 rows; X has 4");
  CHECK(to_message({.what = "3 rows", .where = "", .why = "", .remedy = "Add 1"}) ==
        "3 rows. Add 1");
}

TEST_CASE("what a message quotes is short and cannot control a terminal", "[core]") {
  const std::string name = std::string(499, 'x') + "ä" + std::string(100000, 'y');
  CHECK(to_message({.what = name, .where = "", .why = name, .remedy = ""}) ==
        std::string(499, 'x') + "…; " + std::string(499, 'x') + "…");
  CHECK(to_message({.what = "a\x1b[2J\nb\x7f", .where = "", .why = "ä\r", .remedy = ""}) ==
        "a?[2J?b?; ä?");
}

TEST_CASE("errors carry the exit code of their kind", "[core]") {
  const Error input = bad_input({.what = "no y", .where = "a.h5", .why = "", .remedy = ""});
  CHECK(input.code() == ExitCode::bad_input);
  CHECK(std::string(input.what()) == "a.h5: no y");
  const Error internal = internal_failure("a broken promise");
  CHECK(internal.code() == ExitCode::internal_failure);
  CHECK(std::string(internal.what()) == "internal failure: a broken promise");
}

TEST_CASE("the exit codes are those that scripts rely on", "[core]") {
  CHECK(static_cast<int>(ExitCode::done) == 0);
  CHECK(static_cast<int>(ExitCode::internal_failure) == 1);
  CHECK(static_cast<int>(ExitCode::bad_input) == 2);
  CHECK(static_cast<int>(ExitCode::not_converged) == 3);
  CHECK(static_cast<int>(ExitCode::checkpointed) == 75);
  CHECK(static_cast<int>(ExitCode::silent_rank) == 86);
}
