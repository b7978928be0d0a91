#pragma once
// Whether what is predicted with probability p comes true in a share p of the rows.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

/// Rows whose prediction is in (lower, upper]; the first bin takes 0 too.
struct ReliabilityBin {
  double lower = 0.0;
  double upper = 1.0;
  std::int64_t rows = 0;  ///< of aggregated data, trials
  double weight = 0.0;
  std::optional<double> mean_predicted;  ///< none in a bin without weight
  std::optional<double> observed;        ///< share of the weight whose prediction came true
};

struct Calibration {
  /// Two classes: the mean of (P(y = 1) − y)²; more: of Σ_k (p_k − [y = k])².
  double brier = 0.0;
  /// Σ_b W_b/W |mean predicted − observed|, the expected calibration error.
  double expected_error = 0.0;
  /// Equal bins of what is predicted: of two classes P(y = 1), and observed is y = 1; of more the
  /// probability of the most probable class, and observed that it was the row's.
  std::vector<ReliabilityBin> bins;
};

/// Collective. `probabilities` as by `event_probabilities` (scores.hpp). NaN comes of NaN. Cost: a
/// look at the rows, one allreduce of 1,704 bytes per bin.
Calibration calibrate(const ScoredRows& rows, std::span<const double> probabilities,
                      std::size_t bins, const comm::Communicator& communicator);

}  // namespace mpilogit::statistics
