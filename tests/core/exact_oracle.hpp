#pragma once
// The exact sum of doubles by another algorithm than the one under test.

#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace mpilogit::testing {

/// J. Shewchuk's sum of non-overlapping partials ("Adaptive Precision Floating-Point Arithmetic",
/// 1997), as in Python's math.fsum, up to the last rounding: the partials hold the sum exactly, and
/// adding them from the largest down rounds within 1 unit in the last place.
inline double partials_sum(std::span<const double> terms) {
  std::vector<double> partials;
  for (double x : terms) {
    std::size_t used = 0;
    for (double y : partials) {
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      const double high = x + y;
      const double low = y - (high - x);
      if (low != 0.0) partials[used++] = low;
      x = high;
    }
    partials.resize(used);
    partials.push_back(x);
  }
  double sum = 0.0;
  for (auto partial = partials.rbegin(); partial != partials.rend(); ++partial) sum += *partial;
  return sum;
}

}  // namespace mpilogit::testing
