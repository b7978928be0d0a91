#pragma once
// Rows as what was observed: one label each, or of aggregated data some of both classes.

#include <cmath>
#include <limits>

#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

struct Outcome {
  std::size_t row = 0;
  std::uint32_t label = 0;
  double count = 1.0;   ///< trials; 1 without
  double weight = 1.0;  ///< of the row, to be multiplied by the count
};

/// Calls use(outcome) for each, in the order of rows; those that count 0 are left out.
template <class Use>
void for_each_outcome(const ScoredRows& rows, Use&& use) {
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const double weight = rows.weights.empty() ? 1.0 : rows.weights[i];
    if (rows.trials.empty()) {
      use(Outcome{i, rows.labels[i], 1.0, weight});
      continue;
    }
    const double failures = rows.trials[i] - rows.successes[i];
    if (failures > 0.0) use(Outcome{i, 0, failures, weight});
    if (rows.successes[i] > 0.0) use(Outcome{i, 1, rows.successes[i], weight});
  }
}

/// A score that can be sorted. NaN (the margins overflowed) ranks last; −0 becomes 0, so that which
/// of them a tie is called by does not depend on the order of rows.
inline double rankable(double score) {
  return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score + 0.0;
}

}  // namespace mpilogit::statistics
