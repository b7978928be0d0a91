#pragma once
// Who writes where, when every rank has counted its own.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "comm/communicator.hpp"
#include "data/partition.hpp"

namespace mpilogit::importing {

/// Rows and stored entries.
struct Extent {
  std::int64_t rows = 0;
  std::int64_t entries = 0;
};

struct Extents {
  Extent before;  ///< of the ranks before this one
  Extent all;
};

/// Collective.
inline Extents add_up(const Extent& mine, const comm::Communicator& communicator) {
  const auto extents = communicator.all_gather(std::span<const Extent>(&mine, 1));
  Extents sums;
  for (std::size_t r = 0; r < extents.size(); ++r) {
    const auto add = [&](Extent& sum) {
      sum.rows += extents[r].rows;
      sum.entries += extents[r].entries;
    };
    if (r < static_cast<std::size_t>(communicator.rank())) add(sums.before);
    add(sums.all);
  }
  return sums;
}

/// The rank's part of `count` rows, as even as can be.
inline data::Range even_part(std::int64_t count, const comm::Communicator& communicator) {
  const std::int64_t ranks = communicator.size();
  const auto first_of = [&](std::int64_t rank) {
    return count / ranks * rank + std::min(rank, count % ranks);
  };
  return {first_of(communicator.rank()), first_of(communicator.rank() + 1)};
}

}  // namespace mpilogit::importing
