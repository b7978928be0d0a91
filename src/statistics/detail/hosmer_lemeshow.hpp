#pragma once
// Hosmer and Lemeshow's test: do the rows of each decile of probability behave as predicted?

#include <cstdint>
#include <optional>

#include "comm/communicator.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

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
