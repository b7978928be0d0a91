#pragma once
// Deviance, information criteria and R² of a fit; Hosmer and Lemeshow's test.

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

struct HosmerLemeshow {
  double statistic = 0.0;    ///< infinite where the impossible (a probability of 0) was observed
  std::int64_t degrees = 0;  ///< of χ²: groups − 2
};

/// Collective. Of two classes. The rows are cut into `groups` by the quantiles of their fitted
/// probabilities p; in group g, O_gc rows of class c are observed and E_gc = Σ p (class 1) or
/// Σ (1 − p) (class 0) expected:
///     Σ_g Σ_c (O_gc − E_gc)² / E_gc
/// Cuts as R's ResourceSelection::hoslem.test: quantiles of type 7, a group takes what is above its
/// lower cut up to its upper one, equal probabilities stay together. Where ties leave fewer groups,
/// the degrees follow those that were formed (hoslem.test keeps `groups` − 2). Weights count rows.
/// None with fewer than three groups. Cost: one distributed sort.
///
/// D. W. Hosmer, S. Lemeshow, "Goodness of fit tests for the multiple logistic regression model"
/// (1980).
std::optional<HosmerLemeshow> hosmer_lemeshow(const ScoredRows& rows,
                                              const comm::Communicator& communicator,
                                              std::int64_t groups = 10);

}  // namespace mpilogit::statistics
