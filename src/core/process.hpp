#pragma once
// The process itself: its streams, its memory, its machine.

#include <cstdint>
#include <string>

namespace mpilogit::core {

/// Opens /dev/null in the place of standard streams that are closed: the next file would get their
/// number, and what is printed would go into it.
void open_standard_streams();

/// A write to a pipe that nobody reads, or beyond the limit of a file's size, fails instead of
/// ending the process: the writer then says what and where, or goes on without its reader.
void let_writes_fail();

/// As the machine calls itself; "unknown" where it does not tell.
std::string host_name();

/// Of the whole process, for its start: what was freed is kept for the next request rather than
/// given back to the system, but for arrays of tens of MiB. A pass over many features takes and
/// frees vectors that the system would otherwise clear, and map page by page, each time (measured
/// on 45,000 features: a seventh of the time of training). Without effect where the C library is
/// not glibc.
void keep_freed_memory();

/// The largest resident set of this process since it was started, in bytes; 0 where the system does
/// not tell (/proc/self/status).
std::int64_t peak_resident_bytes();

}  // namespace mpilogit::core
