#include <string>
#include <vector>

#include "mpilogit/cli/run.hpp"
#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/comm/environment.hpp"
#include "mpilogit/core/freed_memory.hpp"
#include "mpilogit/core/process.hpp"
#include "mpilogit/hdf5/file.hpp"

int main(int argc, char** argv) {
  mpilogit::core::open_standard_streams();
  mpilogit::core::let_writes_fail();
  mpilogit::core::keep_freed_memory();
  mpilogit::hdf5::start_library();
  mpilogit::comm::Environment environment(argc, argv);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return environment.finish(mpilogit::cli::run(arguments, mpilogit::comm::Communicator::world()));
}
