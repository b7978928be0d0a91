#pragma once
// Whether all ranks make the same call: for tests, and the pieces of a long one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

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

/// Elements per call: MPI 3 counts with int.
inline constexpr std::size_t kLargestPiece = std::size_t{1} << 30;

/// Calls `use` with consecutive pieces of `values`, of at most `largest` elements each, in order.
/// Never with an empty piece.
template <class T, class Use>
void for_each_piece(std::span<T> values, std::size_t largest, Use&& use) {
  for (std::size_t first = 0; first < values.size(); first += largest) {
    use(values.subspan(first, std::min(largest, values.size() - first)));
  }
}

}  // namespace mpilogit::comm
