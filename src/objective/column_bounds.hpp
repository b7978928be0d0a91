#pragma once
// What is known of the columns before training, so that no exact sum can overflow.

#include <cstdint>
#include <vector>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/dataset.hpp"

namespace mpilogit::objective {

/// Covers the few roundings between a bound and the doubles that it is computed from.
inline constexpr double kRoundingMargin = 1.0 + 1e-10;

/// Vectors have one element per feature and, last, one for the intercept (a column of ones).
struct ColumnBounds {
  double total_weight = 0.0;         ///< Σ s_i, exact but for one rounding
  double positive_weight = 0.0;      ///< Σ s_i y_i, likewise
  double smallest_weight = 1.0;      ///< min s_i over s_i > 0
  std::vector<double> largest;       ///< M_j = max_i |x_ij|
  std::vector<double> absolute;      ///< ≥ Σ s_i |x_ij|, tight to rounding
  std::vector<double> squares;       ///< ≥ Σ s_i x_ij², tight to rounding
  double scaled_row_norm = 0.0;      ///< ≥ max_i √(Σ_j (x_ij / M_j)²)
  std::int64_t squared_entries = 0;  ///< Σ_i (non-zeros of row i)²

  /// An upper bound of max_i |x_i · v|: the smaller of Σ_j M_j |v_j| (Hölder) and
  /// max_i ‖x_i / M‖ · ‖M v‖ (Cauchy–Schwarz in the columns' own units). No communication.
  double largest_margin(std::span<const double> direction) const;
};

/// Collective; two passes over the data. `labels`: 0 or 1 per local row. Throws bad input on all
/// ranks if a column is too large for its sums to be doubles.
ColumnBounds measure_columns(const data::Dataset& dataset, std::span<const std::uint8_t> labels,
                             const comm::Communicator& communicator, int threads);

}  // namespace mpilogit::objective
