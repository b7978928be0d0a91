#pragma once
// What lies between two numbers.

namespace mpilogit::statistics {

struct Interval {
  double lower = 0.0;
  double upper = 0.0;
};

}  // namespace mpilogit::statistics
