#include <chrono>
#include <thread>

#include "core/units.hpp"
#include "support/catch.hpp"

TEST_CASE("a stopwatch counts seconds", "[core]") {
  const mpilogit::core::Stopwatch stopwatch;
  const double before = stopwatch.seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double after = stopwatch.seconds();
  CHECK(before >= 0.0);
  CHECK(after - before >= 0.02);
  CHECK(after - before < 10.0);
}
