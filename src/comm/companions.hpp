#pragma once
// Processes that were started together but do not know of each other.

#include <optional>
#include <string>

#include "comm/communicator.hpp"

namespace mpilogit::comm {

/// What in the environment says that this process's launcher started others beside it, such as
/// "PMI_SIZE=4"; else nothing. One process in a batch script or in the shell of an allocation is
/// meant to be alone. To be asked before MPI is started, which sets some of it itself.
std::optional<std::string> sign_of_companions();

/// Throws bad input if there is such a sign, yet one rank (srun without --mpi=pmix, another MPI's
/// mpiexec): each would do all of the work, and write the same files.
void require_companions(const Communicator& world, const std::optional<std::string>& sign);

}  // namespace mpilogit::comm
