#pragma once
// --threads and the instruction set: what a rank computes with.

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"

namespace mpilogit::cli {

/// Collective. OMP_NUM_THREADS where it is set (scripts/launch sets it); else the CPUs that the
/// ranks of this host may use (the union of their affinity masks), divided by the ranks of this
/// host; at least 1.
int automatic_threads(const comm::Communicator& communicator);

/// Collective. Takes --instruction-set on every rank, `auto` the widest that each CPU has; but
/// where only some ranks' CPUs fuse products and sums, none does, for numbers that every rank works
/// out by itself must be the same. Throws bad input on all ranks if one has no such instruction
/// set.
void choose_instruction_set(const Arguments& arguments, const comm::Communicator& communicator);

}  // namespace mpilogit::cli
