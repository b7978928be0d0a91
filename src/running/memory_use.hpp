#pragma once
// What a run took of the hosts' memory.

#include <cstdint>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"

namespace mpilogit::running {

/// In bytes.
struct MemoryUse {
  std::int64_t peak_per_rank_max = 0;  ///< resident, of the rank that took most
  std::int64_t peak_total = 0;         ///< the sum over the ranks
  std::int64_t shards = 0;             ///< data set in memory, all ranks
  data::Residence residence;
  std::int64_t bytes_read = 0;    ///< of streamed rows so far, all ranks
  std::int64_t bytes_mapped = 0;  ///< of these, not copied
};

/// Collective. Until now.
MemoryUse memory_use(const data::Dataset& dataset, const comm::Communicator& communicator);

}  // namespace mpilogit::running
