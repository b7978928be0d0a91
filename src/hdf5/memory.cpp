#include "mpilogit/hdf5/memory.hpp"

#include <algorithm>
#include <fstream>
#include <limits>

#include "mpilogit/core/error.hpp"

namespace mpilogit::hdf5 {

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

std::int64_t memory_of_host() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::int64_t kibibytes = 0;
  while (file >> key >> kibibytes) {
    if (key == "MemAvailable:") return kibibytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return kUnlimited;
}

// Version 2 of control groups; the word "max" means no limit and fails to parse.
std::int64_t memory_of_group() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::int64_t bytes = 0;
  return file >> bytes ? bytes : kUnlimited;
}

std::string in_gibibytes(std::int64_t bytes) {
  const std::int64_t tenths = bytes / ((std::int64_t{1} << 30) / 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

}  // namespace

std::int64_t available_memory() {
  return std::min(memory_of_host(), memory_of_group());
}

void require_memory(std::int64_t bytes, const std::string& where) {
  const std::int64_t available = available_memory();
  if (bytes <= available) return;
  throw core::bad_input({.what = "needs " + in_gibibytes(bytes) + " of memory on this host",
                         .where = where,
                         .why = "it has " + in_gibibytes(available) + " left",
                         .remedy = "Use more hosts"});
}

}  // namespace mpilogit::hdf5
