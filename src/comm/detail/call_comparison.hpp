#pragma once
// A check for tests: that all ranks make the same collective call.

#include <cstdint>

#include <mpi.h>

namespace mpilogit::comm {

enum class Call : std::int64_t {
  meeting,  // before a call of another library, or at the end
  split,
  barrier,
  sum,
  largest_double,
  largest_integer,
  smallest_integer,
  broadcast,
  all_gather_counts,
  all_gather,
  exchange_counts,
  exchange,
};

/// Whether the environment asks for it (MPILOGIT_COMPARE_CALLS=1, which all ranks must have).
bool calls_are_compared();

/// Collective: an allreduce of four numbers. Throws an internal failure, the same on all ranks,
/// that names the calls unless they and their lengths are the same on all.
void require_same_call(MPI_Comm ranks, Call call, std::int64_t length);

}  // namespace mpilogit::comm
