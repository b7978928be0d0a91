#include "core/memory_limits.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <unistd.h>

#include "support/catch.hpp"

using mpilogit::core::group_memory_limit;
using mpilogit::core::host_memory_limit;

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// Where control groups are mounted, with groups of our own making.
class Mount {
 public:
  Mount()
      : path_(std::filesystem::temp_directory_path() /
              ("mpilogit-groups-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~Mount() { std::filesystem::remove_all(path_); }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  void write(const std::string& group, const std::string& file, const std::string& text) const {
    std::filesystem::create_directories(path_ / group);
    std::ofstream(path_ / group / file) << text << "\n";
  }
  std::int64_t left(const std::string& membership) const {
    return group_memory_limit(membership, path_.string()).bytes;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("what is left to a control group counts cached files as free", "[core]") {
  const Mount mount;
  mount.write("job/step", "memory.max", "1000");
  mount.write("job/step", "memory.current", "700");
  CHECK(mount.left("0::/job/step\n") == 300);
  mount.write("job/step", "memory.stat", "anon 400\ninactive_file 150\nactive_file 50");
  CHECK(mount.left("0::/job/step\n") == 500);
}

TEST_CASE("the limit of a group holds for the groups inside of it", "[core]") {
  const Mount mount;
  mount.write("job", "memory.max", "400");
  mount.write("job", "memory.current", "100");
  mount.write("job/step", "memory.max", "max");
  mount.write("job/step", "memory.current", "100");
  CHECK(mount.left("0::/job/step\n") == 300);
  mount.write(".", "memory.max", "50");
  CHECK(mount.left("0::/job/step\n") == 50);
}

TEST_CASE("the memory controller of version 1 is found among the others", "[core]") {
  const Mount mount;
  mount.write("memory/job", "memory.limit_in_bytes", "1000");
  mount.write("memory/job", "memory.usage_in_bytes", "900");
  mount.write("memory/job", "memory.stat", "total_inactive_file 50\ntotal_active_file 20");
  CHECK(mount.left("5:cpu:/else\n4:hugetlb,memory:/job\n0::/\n") == 170);
}

TEST_CASE("a group over its limit has nothing left, and without one there is no limit", "[core]") {
  const Mount mount;
  mount.write("job", "memory.max", "100");
  mount.write("job", "memory.current", "200");
  CHECK(mount.left("0::/job\n") == 0);
  CHECK(mount.left("0::/other\n") == kUnlimited);
  CHECK(mount.left("") == kUnlimited);
  CHECK(mount.left("no such line\n") == kUnlimited);
}

TEST_CASE("this host has some memory", "[core]") {
  CHECK(host_memory_limit().bytes > (1 << 20));
  CHECK_FALSE(host_memory_limit().source.empty());
}
