#pragma once
// Exact sums over rows of all ranks.

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "core/wide_sum.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

/// Of each class, the weights of its rows that were predicted rightly and not, and of the rows of
/// others that were predicted to be of it.
struct ClassSums {
  double correct = 0.0;
  double missed = 0.0;
  double mistaken = 0.0;
};

struct RowSums {
  Metrics metrics;  ///< all but the AUC
  double weight = 0.0;
  double correct = 0.0;
  std::vector<ClassSums> classes;
};

/// Collective. There must be positive weight on some rank. Cost: a look at the rows, an allreduce
/// of 1,704 bytes and K counts per class, K the number of classes.
RowSums sum_rows(const ScoredRows& rows, const comm::Communicator& communicator);

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

/// Collective. Each element becomes the sum over the ranks. One allreduce of 568 bytes each.
void sum_over_ranks(std::span<core::WideSum> sums, const comm::Communicator& communicator);

/// Likewise of one, rounded.
double value_over_ranks(core::WideSum sum, const comm::Communicator& communicator);

}  // namespace mpilogit::statistics
