#pragma once
// MPI's life: started once, ended on purpose.

#include "comm/communicator.hpp"

namespace mpilogit::comm {

/// Starts MPI in its constructor. There is no finalising destructor on purpose: a rank that unwinds
/// into MPI_Finalize while the others sit in an allreduce would hang them all for ever. `main`
/// calls `finish` when all ranks agree that they are done, and `abort` otherwise.
class Environment {
 public:
  Environment(int& argc, char**& argv);

  /// Collective. Ends MPI in order and returns `exit_code`, for `main` to leave with. Under Open
  /// MPI 4's mpirun a failure ends here instead, in an abort of all ranks together with that code:
  /// mpirun clears up after those in half a second, but after exit codes in two to three.
  /// Ranks wait for each other here, too: `communicator` (the world's) is what a watchdog watches.
  int finish(int exit_code, const Communicator& communicator);

  /// Ends every rank of the job with `exit_code`, at once. Does not return.
  [[noreturn]] static void abort(int exit_code) noexcept;
};

}  // namespace mpilogit::comm
