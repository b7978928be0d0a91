#include "core/peak_memory.hpp"

#include <fstream>
#include <limits>
#include <string>

namespace mpilogit::core {

// Not getrusage: after exec its maximum is still that of the program before.
std::int64_t peak_resident_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;) {
    std::int64_t kibibytes = 0;
    if (key == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace mpilogit::core
