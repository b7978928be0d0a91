#include "mpilogit/hdf5/memory.hpp"

#include "mpilogit/core/error.hpp"
#include "mpilogit/core/memory_limits.hpp"

namespace mpilogit::hdf5 {

namespace {

std::string in_units(std::int64_t bytes) {
  constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
  const std::int64_t mebibytes = bytes / kMebibyte;
  if (mebibytes < 1024) return std::to_string(mebibytes) + " MiB";
  const std::int64_t tenths = mebibytes * 10 / 1024;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

core::Error too_much(std::int64_t bytes, const std::string& holder, const core::MemoryLimit& limit,
                     const std::string& where, const std::string& remedy) {
  return core::bad_input(
      {.what = "needs " + in_units(bytes) + " of memory " + holder,
       .where = where,
       .why = in_units(limit.bytes) + " may be used (limit from " + limit.source + ")",
       .remedy = remedy});
}

}  // namespace

void require_memory(const MemoryNeed& need, const std::string& where) {
  const core::MemoryLimit host = core::host_memory_limit();
  if (need.of_host > host.bytes) {
    const std::string ranks = need.ranks == 1 ? "1 rank" : std::to_string(need.ranks) + " ranks";
    throw too_much(need.of_host, "on this host for " + ranks, host, where, "Use more hosts");
  }
  const core::MemoryLimit process = core::process_memory_limit();
  if (need.of_rank > process.bytes) {
    throw too_much(need.of_rank, "on one rank", process, where,
                   "Use more ranks or hosts, or raise the limit");
  }
}

void require_memory(std::int64_t bytes, const std::string& where) {
  require_memory({bytes, bytes, 1}, where);
}

}  // namespace mpilogit::hdf5
