#pragma once
// Each kernel on a small fixed input: what bench/kernels times and bench/check-instructions counts.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace mpilogit::bench {

struct KernelCase {
  std::string name;
  std::size_t entries = 0;    ///< matrix entries, rows or numbers that one run goes through
  std::function<void()> run;  ///< the same work each time
};

/// The input comes from a generator of fixed seed, so that it is the same everywhere.
std::vector<KernelCase> kernel_cases();

}  // namespace mpilogit::bench
