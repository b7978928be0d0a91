#include <string>
#include <vector>

#include "mpilogit/cli/run.hpp"
#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/comm/companions.hpp"
#include "mpilogit/comm/environment.hpp"
#include "mpilogit/comm/watchdog.hpp"
#include "mpilogit/core/freed_memory.hpp"
#include "mpilogit/core/process.hpp"
#include "mpilogit/hdf5/file.hpp"

int main(int argc, char** argv) {
  mpilogit::core::open_standard_streams();
  mpilogit::core::let_writes_fail();
  mpilogit::core::keep_freed_memory();
  mpilogit::hdf5::start_library();
  const std::vector<std::string> given(argv + 1, argv + argc);
  if (mpilogit::cli::is_rehearsal(given)) return mpilogit::cli::rehearse(given);
  const auto companions = mpilogit::comm::sign_of_companions();
  mpilogit::comm::Environment environment(argc, argv);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto world = mpilogit::comm::Communicator::world();
  mpilogit::comm::Watchdog watchdog;  // outlives the ranks' last meeting, in `finish`
  const int code = mpilogit::cli::run(arguments, world, watchdog, companions);
  return environment.finish(code, world);
}
