#pragma once
// Where time and memory went, rank by rank.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "objective/passes.hpp"

namespace mpilogit::running {

/// Reading is counted with its waiting, for a collective read is both; training is split in two.
struct RankTiming {
  std::int64_t rank = 0;
  std::string host;
  std::int64_t rows = 0;
  double seconds_read = 0.0;
  double seconds_compute = 0.0;
  double seconds_wait = 0.0;  ///< in collective calls: for others, and for the network
  double seconds_disk = 0.0;  ///< of computing: a thread's mean of waiting for streamed rows
  std::int64_t peak_memory_bytes = 0;
};

struct Timing {
  std::vector<RankTiming> ranks;  ///< all, the same on every rank; empty: not measured
  std::size_t slowest_rank = 0;   ///< that computed longest; the first of equals
  double imbalance = 1.0;         ///< its computing over the mean
  /// Of the root alone. What is left of its computing is algebra of the solver.
  objective::PassSeconds passes;
  double seconds_write = 0.0;

  const RankTiming& slowest() const { return ranks[slowest_rank]; }
  double mean_compute() const;
};

/// Names the slowest of these ranks.
Timing timing_of(std::vector<RankTiming> ranks);

/// Those that computed longest and shortest, half of each, if there are more than `most`; in the
/// order of ranks.
std::vector<RankTiming> extremes(const std::vector<RankTiming>& ranks, std::size_t most);

/// Collective. `mine`: its times and rows; the rest is filled in.
Timing gather_timing(const RankTiming& mine, const comm::Communicator& communicator);

/// In bytes.
struct MemoryUse {
  std::int64_t peak_per_rank_max = 0;  ///< resident, of the rank that took most
  std::int64_t peak_total = 0;         ///< the sum over the ranks
  std::int64_t shards = 0;             ///< data set in memory, all ranks
  data::MemorySplit memory_split;
  std::int64_t bytes_read = 0;    ///< of streamed rows so far, all ranks
  std::int64_t bytes_mapped = 0;  ///< of these, not copied
};

/// Collective. Until now.
MemoryUse memory_use(const data::Dataset& dataset, const comm::Communicator& communicator);

}  // namespace mpilogit::running
