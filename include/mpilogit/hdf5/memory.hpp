#pragma once
// Whether something fits, asked before it is allocated.

#include <cstdint>
#include <string>

namespace mpilogit::hdf5 {

/// Bytes that this host can still give, within the limit of the job's control group; the largest
/// int64 where the system does not say.
std::int64_t available_memory();

/// Throws bad input if `bytes` are more than that.
void require_memory(std::int64_t bytes, const std::string& where);

}  // namespace mpilogit::hdf5
