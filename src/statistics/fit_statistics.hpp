#pragma once
// How well a model fits its own rows: what R prints below the coefficients.

#include <cstdint>
#include <optional>

#include "comm/communicator.hpp"
#include "model/inference.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

struct FitDescription {
  std::int64_t parameters = 0;      ///< that are estimated, intercepts included
  std::int64_t intercepts = 1;      ///< the null model's parameters
  std::optional<double> null_loss;  ///< Σ s_i ℓ_i of the null model; none: it has no offsets
  bool aggregated = false;          ///< rows have trials, on whatever ranks
  bool sampling_weights = false;    ///< weights are scaled to mean 1; else they count rows
};

/// Collective. There must be positive weight on some rank. Of rows
/// 0/1 the saturated model has ℓ = 0; of aggregated rows, as in R's glm, ℓ has the binomial
/// coefficients and the saturated model fits every row's share. Exact sums: the same bits on any
/// number of ranks. Cost: O(rows).
model::FitStatistics fit_statistics(const ScoredRows& rows, const FitDescription& description,
                                    const comm::Communicator& communicator);

/// log of the binomial probability of `successes` among `trials` (whole numbers) at its largest,
/// with P = successes / trials; 0 where that is 0 or 1.
/// Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
double log_saturated_binomial(double successes, double trials);

}  // namespace mpilogit::statistics
