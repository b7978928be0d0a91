#pragma once
// How much memory may still be taken, and who says so.

#include <cstdint>
#include <string>

namespace mpilogit::core {

struct MemoryLimit {
  std::int64_t bytes = 0;  ///< that can still be taken; the largest int64: no limit is known
  std::string source;      ///< for a message: "limit from …"
};

/// Bytes of address space that this process has taken.
std::int64_t process_address_space();

/// Of this process alone: what is left of its address space (ulimit -v).
MemoryLimit process_memory_limit();

/// Of all processes of this host together: the least of the memory that is available, what is left
/// to the control groups that this process is in, and what Slurm has given to the job.
MemoryLimit host_memory_limit();

/// What Slurm has given to the job on this host, by what its variables say: megabytes per host, or
/// per CPU and how many. Null where they are not set. 0 megabytes mean all.
MemoryLimit slurm_memory_limit(const char* per_node, const char* per_cpu, const char* cpus);

/// What is left to the control groups of a process: `membership` is what its /proc/self/cgroup
/// says, `root` where groups are mounted. Versions 1 and 2. A file that is cached counts as free:
/// the kernel gives it up first.
MemoryLimit group_memory_limit(const std::string& membership, const std::string& root);

}  // namespace mpilogit::core
