#include "thread_count.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <sched.h>

namespace mpilogit::cli {

int automatic_threads(const comm::Communicator& communicator) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return 1;
  std::array<std::int64_t, CPU_SETSIZE> ranks_on_cpu{};
  for (std::size_t cpu = 0; cpu < ranks_on_cpu.size(); ++cpu) {
    if (CPU_ISSET(cpu, &mask)) ranks_on_cpu[cpu] = 1;
  }
  const comm::Communicator host = communicator.on_this_host();
  host.sum(ranks_on_cpu);
  const auto cpus = std::count_if(ranks_on_cpu.begin(), ranks_on_cpu.end(),
                                  [](std::int64_t ranks) { return ranks > 0; });
  return std::max(1, static_cast<int>(cpus) / host.size());
}

}  // namespace mpilogit::cli
