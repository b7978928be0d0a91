#pragma once
// Weights as integers, so that their sums do not depend on which rank added them.

#include <cstdint>

#include "comm/communicator.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

/// Each weight is rounded once to an integer on a grid of 2^-40 of the largest, and integers add
/// exactly. With more than 2^22 rows the grid is coarser, so that the sum of all weights fits an
/// int64. Without weights it is exact.
class WeightGrid {
 public:
  /// Collective: one look at the rows of all ranks.
  WeightGrid(const ScoredRows& rows, const comm::Communicator& communicator);

  std::int64_t to_integer(double weight) const;
  /// The weight that the integer 1 stands for, a power of two.
  double unit() const;

 private:
  int unit_exponent_ = 0;
};

}  // namespace mpilogit::statistics
