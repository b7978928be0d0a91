#include "comm/environment.hpp"

#include <csignal>
#include <cstdlib>
#include <string_view>

#include <mpi.h>

#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

bool is_set(const char* name) {
  return std::getenv(name) != nullptr;
}

// To look for networks takes Open MPI 4 a quarter of a second, for ranks that only need the memory
// of one host: those that mpirun has started here, and the only one that nobody has started, which
// needs no daemon of its own either. What somebody has set stays as it is.
void prepare_for_one_host() {
  constexpr int kKeep = 0;
  const char* ranks = std::getenv("OMPI_COMM_WORLD_SIZE");
  const char* ranks_here = std::getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  const bool alone = ranks == nullptr && !is_set("PMIX_RANK") && !is_set("PMI_RANK");
  const bool together = ranks != nullptr && ranks_here != nullptr &&
                        std::string_view(ranks) == std::string_view(ranks_here);
  if (alone) {
    ::setenv("OMPI_MCA_ess_singleton_isolated", "1", kKeep);
    // All that run so would make and remove one and the same folder of files for ranks that meet:
    // two at a time fail now and then. One rank meets nobody.
    ::setenv("OMPI_MCA_orte_create_session_dirs", "0", kKeep);
  }
  if ((alone || together) && !is_set("OMPI_MCA_mtl") && !is_set("OMPI_MCA_btl")) {
    ::setenv("OMPI_MCA_pml", "ob1", kKeep);
  }
}

}  // namespace

// FUNNELED: threads compute inside a rank, only the main thread talks to MPI.
Environment::Environment(int& argc, char**& argv) {
  prepare_for_one_host();
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS) {
    throw core::internal_failure("MPI could not be started");
  }
  if (provided < MPI_THREAD_FUNNELED) {
    throw core::internal_failure("this MPI library cannot be used by a threaded program");
  }
}

// The code is decided, and a request that comes late must not replace it. Under srun
// --kill-on-bad-exit the first rank that is gone with a code other than 0 brings the others a
// SIGTERM in the midst of MPI_Finalize: srun would end with 143.
int Environment::finish(int exit_code, const Communicator& communicator) {
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU}) {
    std::signal(signal, SIG_IGN);
  }
  const Phase phase(communicator, "leaving");
  communicator.meet(exit_code);
  const Waiting waiting = communicator.waiting();
  const bool failed = exit_code == static_cast<int>(core::ExitCode::bad_input) ||
                      exit_code == static_cast<int>(core::ExitCode::internal_failure);
  // A variable that Open MPI 4's mpirun sets for its ranks, and no other launcher does.
  const bool under_mpirun = std::getenv("OMPI_MCA_orte_hnp_uri") != nullptr;
  if (failed && under_mpirun) {
    MPI_Barrier(MPI_COMM_WORLD);    // what the root has printed is out
    std::signal(SIGTERM, SIG_DFL);  // which mpirun sends now, and waits a second if it is ignored
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
