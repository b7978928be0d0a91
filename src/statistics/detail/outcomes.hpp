#pragma once
// Rows with their class, weight and loss.

#include <array>
#include <cmath>
#include <limits>
#include <vector>

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

/// −log P(y = label) of each row's label; where there are trials, of both labels.
class RowLosses {
 public:
  explicit RowLosses(const ScoredRows& rows) : aggregated_(!rows.trials.empty()) {
    if (!aggregated_) {
      of_label_[0] = losses(rows, rows.labels);
      return;
    }
    for (std::uint32_t label = 0; label < 2; ++label) {
      of_label_[label] = losses(rows, std::vector<std::uint32_t>(rows.rows(), label));
    }
  }

  double at(const Outcome& outcome) const {
    return of_label_[aggregated_ ? outcome.label : 0][outcome.row];
  }

 private:
  static std::vector<double> losses(const ScoredRows& rows, std::span<const std::uint32_t> labels) {
    std::vector<double> result(rows.rows());
    log_losses(rows.shape, rows.margins, labels, result);
    return result;
  }

  bool aggregated_;
  std::array<std::vector<double>, 2> of_label_;
};

/// The class predicted for each row.
inline std::vector<std::uint32_t> predictions(const ScoredRows& rows) {
  std::vector<std::uint32_t> predicted;
  predicted.reserve(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto margins = rows.margins.subspan(i * rows.shape.columns, rows.shape.columns);
    predicted.push_back(predicted_class(rows.shape, margins));
  }
  return predicted;
}

}  // namespace mpilogit::statistics
