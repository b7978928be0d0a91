// Runs every kernel once for valgrind's callgrind, which dumps a count after each: what
// bench/check-instructions compares. The first line of output names the instruction set.

#include <cstdio>
#include <valgrind/callgrind.h>

#include "kernel_cases.hpp"
#include "kernels/instruction_set.hpp"

int main() {
  std::printf("%s\n", mpilogit::kernels::instruction_set().c_str());
  for (const auto& kernel : mpilogit::bench::kernel_cases()) {
    kernel.run();  // what happens once only, such as the choice of the instruction set
    CALLGRIND_ZERO_STATS;
    kernel.run();
    CALLGRIND_DUMP_STATS_AT(kernel.name.c_str());
  }
  return 0;
}
