#pragma once
// What is known of the columns before training, so that no exact sum can overflow.

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "objective/design.hpp"

namespace mpilogit::objective {

/// Covers the few roundings between a bound and the doubles that it is computed from.
inline constexpr double kRoundingMargin = 1.0 + 1e-10;

/// Vectors have one element per feature and, last, one for the intercept (a column of ones).
struct ColumnBounds {
  double total_weight = 0.0;         ///< Σ s_i, exact but for one rounding
  std::vector<double> largest;       ///< M_j = max_i |x_ij|
  std::vector<double> absolute;      ///< ≥ Σ s_i |x_ij|, tight to rounding
  std::vector<double> squares;       ///< ≥ Σ s_i x_ij², tight to rounding
  double scaled_row_norm = 0.0;      ///< ≥ max_i √(Σ_j (x_ij / M_j)²)
  std::int64_t squared_entries = 0;  ///< Σ_i (non-zeros of row i)²

  /// An upper bound of max_i |x_i · v| for column `column` of a direction of (features + 1) ×
  /// columns: the smaller of Σ_j M_j |v_j| (Hölder) and max_i ‖x_i / M‖ · ‖M v‖ (Cauchy–Schwarz in
  /// the columns' own units). No communication.
  double largest_margin(std::span<const double> direction, std::size_t columns = 1,
                        std::size_t column = 0) const;
};

/// Collective; one pass over the data, and one for the maxima where there are products of features.
/// `weights`: local rows, empty: all 1. Throws bad input on all ranks if a column is too large for
/// its sums to be doubles.
ColumnBounds measure_columns(const Design& design, std::span<const double> weights,
                             const comm::Communicator& communicator, int threads);

}  // namespace mpilogit::objective
