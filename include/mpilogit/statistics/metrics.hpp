#pragma once
// How good a model's scores are: the same bits on any number of ranks.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "mpilogit/comm/communicator.hpp"

namespace mpilogit::statistics {

/// One rank's scored rows. All spans have one element per local row; `weights` is empty when all
/// weights are 1.
struct ScoredRows {
  std::span<const double> margins;
  std::span<const std::uint8_t> labels;  ///< 0 or 1
  std::span<const double> weights;
};

/// Of two classes. Weighted means where there are weights; a row is predicted as class 1 when its
/// margin is > 0 (probability > ½).
struct Metrics {
  std::int64_t rows = 0;
  double log_loss = 0.0;
  double accuracy = 0.0;
  std::optional<double> roc_auc;  ///< none when only one class is there
  /// confusion[actual][predicted]: rows, not weights.
  std::array<std::array<std::int64_t, 2>, 2> confusion{};
};

/// Collective. There must be positive weight on some rank.
Metrics evaluate(const ScoredRows& rows, const comm::Communicator& communicator);

/// Collective. The area under the ROC curve,
///     Σ_{i: y=1} s_i (W₀(z < z_i) + ½ W₀(z = z_i)) / (W₁ W₀),   W_c: weight of class c,
/// exactly: margins are sorted over all ranks, ties count half. None when W₀ or W₁ is 0.
/// Cost: one exchange of all rows (24 bytes each), O(n log n) work spread over the ranks.
std::optional<double> roc_auc(const ScoredRows& rows, const comm::Communicator& communicator);

}  // namespace mpilogit::statistics
