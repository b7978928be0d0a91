#pragma once
// HDF5 was not made for files that somebody damaged on purpose, and crashes over some. So another
// process reads first what rank 0 will read, and if it crashes the file is refused
// (docs/safety.md).

#include <span>
#include <string>

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"

namespace mpilogit::cli {

/// Collective: done on the root. `tokens` are the whole command line. Throws bad input, naming the
/// file, if the other process crashed over it, did not come to an end or took too much memory. What
/// it merely refused is left for the command to say.
void try_inputs(const Arguments& arguments, std::span<const std::string> tokens,
                const comm::Communicator& communicator);

}  // namespace mpilogit::cli
