#pragma once
// The vector instructions of a run, agreed by its ranks.

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"

namespace mpilogit::cli {

/// Collective. Takes --instruction-set on every rank, `auto` the widest that each CPU has; but
/// where only some ranks' CPUs fuse products and sums, none does, for numbers that every rank works
/// out by itself must be the same. Throws bad input on all ranks if one has no such instruction
/// set.
void choose_instruction_set(const Arguments& arguments, const comm::Communicator& communicator);

}  // namespace mpilogit::cli
