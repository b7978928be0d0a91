#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz/fuzz.hpp"

namespace mpilogit::testing {

// A file without a name, which the process finds among its own: nothing is left behind, however it
// ends.
std::string file_of(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("input", MFD_CLOEXEC);
  require(file >= 0 && ::ftruncate(file, 0) == 0);
  for (std::size_t written = 0; written < size;) {
    const ssize_t more =
        ::pwrite(file, data + written, size - written, static_cast<off_t>(written));
    require(more > 0);
    written += static_cast<std::size_t>(more);
  }
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace mpilogit::testing
