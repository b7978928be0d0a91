#pragma once
// Long work in rounds, so that ranks stay together and hear of each other's errors.

#include <algorithm>
#include <cstdint>
#include <functional>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/core/function_ref.hpp"
#include "mpilogit/data/partition.hpp"

namespace mpilogit::workflow {

/// Of what is done so far, from 0 to 1.
using ShareObserver = std::function<void(double)>;

/// The rank's part of `count` things, as even as can be.
inline data::Range even_part(std::int64_t count, const comm::Communicator& communicator) {
  const std::int64_t ranks = communicator.size();
  const auto first_of = [&](std::int64_t rank) {
    return count / ranks * rank + std::min(rank, count % ranks);
  };
  return {first_of(communicator.rank()), first_of(communicator.rank() + 1)};
}

/// Collective. Calls `work`, which must not communicate, for the parts of `mine` one after the
/// other, each of at most `size`; after each the ranks agree that none has failed.
inline void in_rounds(const comm::Communicator& communicator, data::Range mine, std::int64_t size,
                      core::FunctionRef<void(data::Range)> work, const ShareObserver& observer) {
  const std::int64_t rounds = communicator.maximum((mine.size() + size - 1) / size);
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::int64_t first = std::min(mine.last, mine.first + round * size);
    const std::int64_t last = std::min(mine.last, first + size);
    comm::together(communicator, [&] {
      if (first < last) work({first, last});
    });
    if (observer) observer(static_cast<double>(round + 1) / static_cast<double>(rounds));
  }
}

}  // namespace mpilogit::workflow
