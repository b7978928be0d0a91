#include "running/memory_use.hpp"

#include <algorithm>
#include <array>

#include "core/peak_memory.hpp"

namespace mpilogit::running {

MemoryUse memory_use(const data::Dataset& dataset, const comm::Communicator& communicator) {
  const std::array<std::int64_t, 4> mine = {core::peak_resident_bytes(), dataset.resident_bytes(),
                                            dataset.stream_use().bytes_read,
                                            dataset.stream_use().bytes_mapped};
  const auto all = communicator.all_gather(std::span<const std::int64_t>(mine));
  MemoryUse use;
  use.residence = dataset.residence();
  for (std::size_t i = 0; i < all.size(); i += mine.size()) {
    use.peak_per_rank_max = std::max(use.peak_per_rank_max, all[i]);
    use.peak_total += all[i];
    use.shards += all[i + 1];
    use.bytes_read += all[i + 2];
    use.bytes_mapped += all[i + 3];
  }
  return use;
}

}  // namespace mpilogit::running
