// Preloaded into a program, makes its random numbers zeros: so the names of its temporary files are
// known to those who watch its system calls.

#include <cstring>
#include <sys/random.h>

extern "C" ssize_t getrandom(void* bytes, size_t count, unsigned /*flags*/) {
  std::memset(bytes, 0, count);
  return static_cast<ssize_t>(count);
}
