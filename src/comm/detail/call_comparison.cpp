#include "comm/detail/call_comparison.hpp"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"

namespace mpilogit::comm {

namespace {

using CallAndLength = std::array<std::int64_t, 2>;

const char* name_of(Call call) {
  switch (call) {
    case Call::meeting:
      return "meeting";
    case Call::split:
      return "split";
    case Call::barrier:
      return "barrier";
    case Call::sum:
      return "sum";
    case Call::largest_double:
      return "maximum of doubles";
    case Call::largest_integer:
      return "maximum of integers";
    case Call::smallest_integer:
      return "minimum of integers";
    case Call::broadcast:
      return "broadcast";
    case Call::all_gather_counts:
      return "counts of a gather";
    case Call::all_gather:
      return "gather";
    case Call::exchange_counts:
      return "counts of an exchange";
    case Call::exchange:
      return "exchange";
  }
  return "unknown call";
}

std::string described(const CallAndLength& call) {
  return fmt::format("{} of length {}", name_of(static_cast<Call>(call[0])), call[1]);
}

// Rank 0's call, and the first that is another.
core::Error difference(MPI_Comm ranks, const CallAndLength& mine) {
  int size = 0;
  MPI_Comm_size(ranks, &size);
  std::vector<CallAndLength> all(static_cast<std::size_t>(size));
  MPI_Allgather(mine.data(), 2, MPI_INT64_T, all.data(), 2, MPI_INT64_T, ranks);
  std::size_t other = 1;
  while (other + 1 < all.size() && all[other] == all.front()) ++other;
  return core::internal_failure(
             fmt::format("the ranks make different collective calls: rank 0 {}, rank {} {}",
                         described(all.front()), other, described(all[other])))
      .as_agreed();
}

}  // namespace

bool calls_are_compared() {
  const char* const asked = std::getenv("MPILOGIT_COMPARE_CALLS");
  return asked != nullptr && std::string_view(asked) == "1";
}

// The largest of a number and of its negative tell whether all have the same.
void require_same_call(MPI_Comm ranks, Call call, std::int64_t length) {
  const CallAndLength mine = {static_cast<std::int64_t>(call), length};
  std::array<std::int64_t, 4> largest = {mine[0], -mine[0], mine[1], -mine[1]};
  MPI_Allreduce(MPI_IN_PLACE, largest.data(), 4, MPI_INT64_T, MPI_MAX, ranks);
  if (largest[0] == -largest[1] && largest[2] == -largest[3]) return;
  throw difference(ranks, mine);
}

}  // namespace mpilogit::comm
