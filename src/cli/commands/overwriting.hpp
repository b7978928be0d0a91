#pragma once
// No file is lost: one look at all that a command reads and writes (docs/safety.md).

#include "cli/options/arguments.hpp"
#include "comm/communicator.hpp"

namespace mpilogit::cli {

/// Collective: done on the root, before anything is read. Throws bad input if a file that is
/// written is also read or written by another option: the same file, by whatever name and through
/// whatever links.
void require_separate_files(const Arguments& arguments, const comm::Communicator& communicator);

/// Collective: done on the root, when another process has read the files (try_inputs). Throws
/// bad input if a file that is written holds part of a virtual data set that is read; and, without
/// --overwrite, if there is a file in its place that this program did not write.
void require_replaceable_files(const Arguments& arguments, const comm::Communicator& communicator);

}  // namespace mpilogit::cli
