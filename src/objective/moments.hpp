#pragma once
// Weighted mean and standard deviation of every column, from exact sums.

#include <span>
#include <vector>

#include "objective/passes.hpp"

namespace mpilogit::objective {

struct Moments {
  std::vector<double> mean;      ///< Σ_i s_i x_ij / S
  std::vector<double> variance;  ///< Σ_i s_i (x_ij − mean_j)² / S; exactly 0 for constant columns
};

/// Collective; two passes. `weights`: local rows, at most those that `rows` was measured with;
/// empty: all 1. A column counts as constant when its variance is at the level of the rounding of
/// its mean, 4ε |x|: no double tells such values apart once they are centred.
Moments column_moments(const SharedRows& rows, std::span<const double> weights);

}  // namespace mpilogit::objective
