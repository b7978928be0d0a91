#include "core/memory_limits.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <system_error>

namespace mpilogit::core {

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// The number after `key` in lines of "key number …".
std::optional<std::int64_t> number_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string word;
  std::int64_t number = 0;
  while (file >> word) {
    if (word == key && file >> number) return number;
    file.clear();
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

// The word "max" means no limit and is no number.
std::optional<std::int64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  return file >> number ? std::optional(number) : std::nullopt;
}

struct GroupFiles {
  const char* limit;
  const char* use;
  const char* inactive_files;
  const char* active_files;
};

constexpr GroupFiles kVersion1 = {"memory.limit_in_bytes", "memory.usage_in_bytes",
                                  "total_inactive_file", "total_active_file"};
constexpr GroupFiles kVersion2 = {"memory.max", "memory.current", "inactive_file", "active_file"};

std::int64_t left_in(const std::string& group, const GroupFiles& files) {
  const auto limit = number_in(group + "/" + files.limit);
  if (!limit) return kUnlimited;
  const std::string statistics = group + "/memory.stat";
  const std::int64_t cached = number_of(statistics, files.inactive_files).value_or(0) +
                              number_of(statistics, files.active_files).value_or(0);
  const std::int64_t used = number_in(group + "/" + files.use).value_or(0) - cached;
  return std::max<std::int64_t>(0, *limit - std::max<std::int64_t>(0, used));
}

// A group's limit holds for all groups inside of it.
std::int64_t left_upwards(const std::string& mount, std::string path, const GroupFiles& files) {
  std::int64_t left = left_in(mount, files);
  while (path.size() > 1) {
    left = std::min(left, left_in(mount + path, files));
    path.resize(path.rfind('/'));
  }
  return left;
}

// 0 for what is no such number, or too large a one for megabytes.
std::int64_t whole_number(const char* text) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (text == nullptr) return 0;
  const std::string_view view(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), number);
  const bool whole = error == std::errc() && end == view.data() + view.size();
  return whole && number > 0 && number < kMost ? number : 0;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::int64_t process_address_space() {
  return number_of("/proc/self/status", "VmSize:").value_or(0) * 1024;
}

MemoryLimit process_memory_limit() {
  MemoryLimit limit{kUnlimited, "ulimit -v"};
  struct rlimit space {};
  if (::getrlimit(RLIMIT_AS, &space) != 0 || space.rlim_cur == RLIM_INFINITY) return limit;
  limit.bytes = std::max<std::int64_t>(
      0, static_cast<std::int64_t>(space.rlim_cur) - process_address_space());
  return limit;
}

// Lines are "number:controllers:/path"; version 2 has the number 0 and no controllers.
MemoryLimit group_memory_limit(const std::string& membership, const std::string& root) {
  MemoryLimit limit{kUnlimited, "the control group"};
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      limit.bytes = std::min(limit.bytes, left_upwards(root, path, kVersion2));
    } else if (controllers.find(",memory,") != std::string::npos) {
      limit.bytes = std::min(limit.bytes, left_upwards(root + "/memory", path, kVersion1));
    }
  }
  return limit;
}

MemoryLimit slurm_memory_limit(const char* per_node, const char* per_cpu, const char* cpus) {
  constexpr std::int64_t kMegabyte = std::int64_t{1} << 20;
  MemoryLimit limit{kUnlimited, "Slurm"};
  const std::int64_t of_node = whole_number(per_node);
  const std::int64_t of_cpus = whole_number(per_cpu) * whole_number(cpus);
  const std::int64_t megabytes = of_node > 0 ? of_node : of_cpus;
  if (megabytes > 0) limit.bytes = megabytes * kMegabyte;
  return limit;
}

MemoryLimit host_memory_limit() {
  const auto available = number_of("/proc/meminfo", "MemAvailable:");
  const MemoryLimit host{available ? *available * 1024 : kUnlimited, "the host's free memory"};
  const MemoryLimit group = group_memory_limit(contents("/proc/self/cgroup"), "/sys/fs/cgroup");
  const MemoryLimit slurm =
      slurm_memory_limit(std::getenv("SLURM_MEM_PER_NODE"), std::getenv("SLURM_MEM_PER_CPU"),
                         std::getenv("SLURM_CPUS_ON_NODE"));
  const auto less = [](const auto& one, const auto& other) { return one.bytes < other.bytes; };
  return std::min({host, group, slurm}, less);
}

}  // namespace mpilogit::core
