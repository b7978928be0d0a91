#include "core/host_name.hpp"

#include <array>
#include <unistd.h>

namespace mpilogit::core {

std::string host_name() {
  std::array<char, 256> name{};  // the last one stays 0
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "unknown";
  return name.data();
}

}  // namespace mpilogit::core
