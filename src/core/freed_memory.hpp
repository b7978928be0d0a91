#pragma once
// What happens to memory between two passes.

namespace mpilogit::core {

/// Of the whole process, for its start: what was freed is kept for the next request rather than
/// given back to the system, but for arrays of tens of MiB. A pass over many features takes and
/// frees vectors that the system would otherwise clear, and map page by page, each time (measured
/// on 45,000 features: a seventh of the time of training). Without effect where the C library is
/// not glibc.
void keep_freed_memory();

}  // namespace mpilogit::core
