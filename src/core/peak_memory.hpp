#pragma once
// How much memory this process has taken at most.

#include <cstdint>

namespace mpilogit::core {

/// The largest resident set of this process since it was started, in bytes; 0 where the system does
/// not tell (/proc/self/status).
std::int64_t peak_resident_bytes();

}  // namespace mpilogit::core
