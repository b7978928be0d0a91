#include "mpilogit/comm/environment.hpp"

#include <cstdlib>

#include <mpi.h>

#include "mpilogit/core/error.hpp"

namespace mpilogit::comm {

// FUNNELED: threads compute inside a rank, only the main thread talks to MPI.
Environment::Environment(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
    throw core::internal_failure("MPI could not be started");
  }
  if (provided < MPI_THREAD_FUNNELED) {
    throw core::internal_failure("this MPI library cannot be used by a threaded program");
  }
}

int Environment::finish(int exit_code) {
  const bool failed = exit_code == static_cast<int>(core::ExitCode::bad_input) ||
                      exit_code == static_cast<int>(core::ExitCode::internal_failure);
  // A variable that Open MPI 4's mpirun sets for its ranks, and no other launcher does.
  const bool under_mpirun = std::getenv("OMPI_MCA_orte_hnp_uri") != nullptr;
  if (failed && under_mpirun) {
    MPI_Barrier(MPI_COMM_WORLD);  // what the root has printed is out
    abort(exit_code);
  }
  MPI_Finalize();
  return exit_code;
}

void Environment::abort(int exit_code) noexcept {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace mpilogit::comm
