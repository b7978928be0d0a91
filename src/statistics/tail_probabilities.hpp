#pragma once
// Probabilities far out in the tails, as logarithms: z = 40 is a p value below every double.

#include <cstdint>

namespace mpilogit::statistics {

/// log P(|Z| ≥ |z|) of a standard normal Z; −∞ for an infinite z. Relative error about 1e-15.
double log_two_sided_normal(double z);

/// log P(X ≥ x) of a χ² of so many degrees of freedom (> 0); 0 for x ≤ 0. Relative error about
/// 1e-14.
double log_chi_squared_upper(double x, std::int64_t degrees);

/// The z with P(Z ≤ z) = p, 0 < p < 1.
double normal_quantile(double p);

/// The x with P(X ≤ x) = p of a χ² of so many degrees of freedom (> 0), 0 ≤ p < 1.
double chi_squared_quantile(double p, std::int64_t degrees);

}  // namespace mpilogit::statistics
