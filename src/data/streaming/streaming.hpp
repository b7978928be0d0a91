#pragma once
// What of a rank's rows stays in memory and what is streamed, by the memory that there is.

#include <memory>
#include <vector>

#include "core/memory_limits.hpp"
#include "data/features/shard_files.hpp"
#include "data/streaming/streamed_rows.hpp"

namespace mpilogit::data {

/// Which blocks a rank has, and for sparse rows where the entries of each begin.
struct RankShare {
  Range blocks;
  Range rows;
  std::vector<std::int64_t> starts;  ///< of all blocks of the data set, and the end; dense: empty

  /// Entries of sparse rows in these blocks.
  std::int64_t entries(Range of_blocks) const {
    return starts.empty() ? 0
                          : starts[static_cast<std::size_t>(of_blocks.last)] -
                                starts[static_cast<std::size_t>(of_blocks.first)];
  }
};

struct StreamPlan {
  bool all_resident = false;  ///< on every rank
  Range local_rows;           ///< global
  Range resident_blocks;      ///< global, the rank's first ones
  Range resident;             ///< their rows, counted in the rank's
  Range streamed;             ///< all others, likewise
  PieceSizes sizes;
};

/// The memory of this rank's host, and of this process, as it was before anything was read.
struct MemoryLimits {
  core::MemoryLimit host;
  core::MemoryLimit process;
};
MemoryLimits memory_limits(const MemoryPlan& plan);

/// Collective. What columns take while they are read.
void require_room_for_columns(const MemoryLimits& limits, const Metadata& metadata,
                              const RankShare& share, const comm::Communicator& communicator);

/// Collective. `classes`: 0 where there are no labels. Throws bad input on all ranks if what must
/// stay in memory does not fit: columns, what the work takes, a piece.
StreamPlan plan_streaming(const MemoryPlan& plan, const MemoryLimits& limits,
                          const Metadata& metadata, const RankShare& share, std::size_t classes,
                          const Access& access);

/// Rows that stay in their files, as the plan says.
std::unique_ptr<StreamedRows> stream_dense(const Metadata& metadata, const StreamPlan& plan);
/// Likewise. Reads how many entries each row has.
std::unique_ptr<StreamedRows> stream_sparse(const Metadata& metadata, const RankShare& share,
                                            const StreamPlan& plan);

}  // namespace mpilogit::data
