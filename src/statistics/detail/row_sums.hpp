#pragma once
// What one look at the rows gives: losses and predictions, summed.

#include <vector>

#include "comm/communicator.hpp"
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

}  // namespace mpilogit::statistics
