#include <string>
#include <vector>

#include "cli/run.hpp"
#include "comm/communicator.hpp"
#include "comm/companions.hpp"
#include "comm/environment.hpp"
#include "comm/watchdog.hpp"
#include "core/process.hpp"
#include "hdf5/file.hpp"

int main(int argc, char** argv) {
  mpilogit::core::open_standard_streams();
  mpilogit::core::let_writes_fail();
  mpilogit::core::keep_freed_memory();
  mpilogit::hdf5::start_library();
  const std::vector<std::string> given(argv + 1, argv + argc);
  if (mpilogit::cli::is_trial_run(given)) return mpilogit::cli::trial_run(given);
  if (mpilogit::cli::is_question(given)) return mpilogit::cli::answer(given);
  const auto companions = mpilogit::comm::sign_of_companions();
  mpilogit::comm::Environment environment(argc, argv);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto world = mpilogit::comm::Communicator::world();
  mpilogit::comm::Watchdog watchdog;  // outlives the ranks' last meeting, in `finish`
  const int code = mpilogit::cli::run(arguments, world, watchdog, companions);
  return environment.finish(code, world);
}
