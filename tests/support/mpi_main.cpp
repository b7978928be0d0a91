// The main of the tests that run under mpirun.

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include <mpi.h>

#include "support/catch_session.hpp"

namespace {

int world_rank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

// A rank whose assertion failed leaves its test case early, while the others may sit in a
// collective call of it for ever. So the first failure ends the job, after a moment in which other
// ranks that failed as well can say so.
[[noreturn]] void end_job(const std::string& why) {
  std::cerr << "rank " + std::to_string(world_rank()) + ": " + why + "\n" << std::flush;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

// Runs Catch2 with its console report kept in `report`.
int run_quietly(int argc, char** argv, std::ostringstream& report) {
  std::streambuf* console = std::cout.rdbuf(report.rdbuf());
  const int status = mpilogit::testing::run_catch(argc, argv, end_job);
  std::cout.rdbuf(console);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  std::ostringstream report;
  int status = 1;
  try {
    status = run_quietly(argc, argv, report);
  } catch (const std::exception& error) {
    end_job(error.what());
  }
  // Not only assertions fail: bad options, or no test that matches.
  int worst = status;
  MPI_Allreduce(&status, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
  if (worst == 0 ? world_rank() == 0 : status != 0) std::cout << report.str() << std::flush;
  MPI_Finalize();
  return worst;
}
