#pragma once
// Confidence intervals from the likelihood itself.

#include <cstddef>
#include <span>

#include "solvers/objective.hpp"
#include "statistics/interval.hpp"

namespace mpilogit::statistics {

/// The interval of variable `variable` in which the deviance of its profile, 2 (ℓ(ŵ) − max ℓ with
/// w_v held), stays below `quantile` (of χ²₁). A side on which it never gets there, because the
/// variable separates rows, is infinite. `objective` is −ℓ / `total_weight`, or Firth's, without a
/// common direction of the classes, and `coefficients` (dimension) its optimum; `step` > 0 is about
/// a standard error of the variable. Collective. Source: D. J. Venzon and S. H. Moolgavkar, "A
/// method for computing profile-likelihood-based confidence intervals" (1988); here each point of
/// the profile is optimised by itself. Cost: about four short Newton fits for each side.
Interval profile_interval(const solvers::Objective& objective, double total_weight,
                          std::span<const double> coefficients, std::size_t variable, double step,
                          double quantile);

}  // namespace mpilogit::statistics
