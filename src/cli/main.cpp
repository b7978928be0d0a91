#include <string>
#include <vector>

#include "mpilogit/cli/run.hpp"
#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/comm/environment.hpp"
#include "mpilogit/core/freed_memory.hpp"

int main(int argc, char** argv) {
  mpilogit::core::keep_freed_memory();
  mpilogit::comm::Environment environment(argc, argv);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return environment.finish(mpilogit::cli::run(arguments, mpilogit::comm::Communicator::world()));
}
