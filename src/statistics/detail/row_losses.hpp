#pragma once
// The loss of each row for what was observed.

#include <array>
#include <vector>

#include "statistics/detail/outcomes.hpp"

namespace mpilogit::statistics {

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
