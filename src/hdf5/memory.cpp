#include "hdf5/memory.hpp"

#include "core/error.hpp"
#include "core/units.hpp"

namespace mpilogit::hdf5 {

namespace {

core::Error too_much(std::int64_t bytes, const std::string& holder, const core::MemoryLimit& limit,
                     const std::string& where, const std::string& remedy) {
  return core::bad_input(
      {.what = "needs " + core::bytes_text(bytes) + " of memory " + holder,
       .where = where,
       .why = core::bytes_text(limit.bytes) + " may be used (limit from " + limit.source + ")",
       .remedy = remedy});
}

}  // namespace

void require_memory(const MemoryNeed& need, const core::MemoryLimit& host,
                    const core::MemoryLimit& process, const std::string& where) {
  if (need.of_host > host.bytes) {
    const std::string ranks = need.ranks == 1 ? "1 rank" : std::to_string(need.ranks) + " ranks";
    throw too_much(need.of_host, "on this host for " + ranks, host, where, "Use more hosts");
  }
  if (need.of_rank > process.bytes) {
    throw too_much(need.of_rank, "on one rank", process, where,
                   "Use more ranks or hosts, or raise the limit");
  }
}

void require_memory(const MemoryNeed& need, const std::string& where) {
  require_memory(need, core::host_memory_limit(), core::process_memory_limit(), where);
}

void require_memory(std::int64_t bytes, const std::string& where) {
  require_memory({bytes, bytes, 1}, where);
}

}  // namespace mpilogit::hdf5
