#pragma once
// How good a model's scores are: the same bits on any number of ranks.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "statistics/scores.hpp"

namespace mpilogit::statistics {

/// One rank's scored rows. All spans but the margins have one element per local row, or none:
/// without `weights` all are 1. Aggregated (binomial) data has `successes` and `trials` in the
/// place of `labels`: such a row counts as successes_i rows of class 1 and trials_i − successes_i
/// of class 0.
struct ScoredRows {
  ScoreShape shape;
  std::span<const double> margins;        ///< rows × columns
  std::span<const std::uint32_t> labels;  ///< index of the class
  std::span<const double> weights;
  std::span<const double> successes;
  std::span<const double> trials;

  std::size_t rows() const { return margins.size() / shape.columns; }
};

/// Weighted means where there are weights; predictions as in `predicted_class`.
struct Metrics {
  std::int64_t rows = 0;
  double log_loss = 0.0;
  double accuracy = 0.0;
  /// Of class 1 against class 0. Of more classes the unweighted mean over the classes, each against
  /// all others, scored by its probability ("macro"). None when a class has no row, or all.
  std::optional<double> roc_auc;
  /// confusion[actual][predicted]: rows (of aggregated data, trials), not weights.
  std::vector<std::vector<std::int64_t>> confusion;
};

/// Collective. There must be positive weight on some rank.
Metrics evaluate(const ScoredRows& rows, const comm::Communicator& communicator);

/// Collective. The area under the ROC curve,
///     Σ_{i: y=1} s_i (W₀(z < z_i) + ½ W₀(z = z_i)) / (W₁ W₀),   W_c: weight of class c,
/// exactly: scores are sorted over all ranks, ties count half. None when W₀ or W₁ is 0.
/// Cost: per class (of two: once) one exchange of all rows (24 bytes each), O(n log n) work spread
/// over the ranks.
std::optional<double> roc_auc(const ScoredRows& rows, const comm::Communicator& communicator);

}  // namespace mpilogit::statistics
