#pragma once
// Whether something fits, asked before it is allocated.

#include <cstdint>
#include <string>

#include "core/memory_limits.hpp"

namespace mpilogit::hdf5 {

/// What the ranks of one host need together.
struct MemoryNeed {
  std::int64_t of_rank = 0;  ///< bytes, this rank's
  std::int64_t of_host = 0;  ///< bytes, the sum over its ranks
  int ranks = 1;             ///< on this host
};

/// Throws bad input if that is more than the process or the host may still take, saying which limit
/// it is.
void require_memory(const MemoryNeed& need, const std::string& where);
void require_memory(const MemoryNeed& need, const core::MemoryLimit& host,
                    const core::MemoryLimit& process, const std::string& where);

/// Likewise for `bytes` of this process.
void require_memory(std::int64_t bytes, const std::string& where);

}  // namespace mpilogit::hdf5
