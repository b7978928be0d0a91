#pragma once
// Wall-clock time since construction. For reports only: no decision may depend on it.

#include <chrono>

namespace mpilogit::core {

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mpilogit::core
