#pragma once
// How many threads each rank gets when the user does not say.

#include "comm/communicator.hpp"

namespace mpilogit::cli {

/// Collective. OMP_NUM_THREADS where it is set (scripts/launch sets it); else the CPUs that the
/// ranks of this host may use (the union of their affinity masks), divided by the ranks of this
/// host; at least 1.
int automatic_threads(const comm::Communicator& communicator);

}  // namespace mpilogit::cli
