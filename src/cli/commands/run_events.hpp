#pragma once
// --events: from the command line to the file's first line.

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"
#include "running/events.hpp"

namespace mpilogit::cli {

/// Collective. Opens `events` on the root if --events was given, and says what is started. Throws
/// bad input, the same on all ranks, if the file cannot be written.
void open_events(const Arguments& arguments, const comm::Communicator& communicator,
                 running::Events& events);

}  // namespace mpilogit::cli
