#pragma once
// What a process must settle before it opens its first file.

namespace mpilogit::core {

/// Opens /dev/null in the place of standard streams that are closed: the next file would get their
/// number, and what is printed would go into it.
void open_standard_streams();

/// A write to a pipe that nobody reads, or beyond the limit of a file's size, fails instead of
/// ending the process: the writer then says what and where, or goes on without its reader.
void let_writes_fail();

}  // namespace mpilogit::core
