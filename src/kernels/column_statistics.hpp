#pragma once
// What must be known of the columns and rows before the first exact pass.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// Entries of a block that are NaN or infinite.
struct NonFinite {
  std::int64_t count = 0;
  std::size_t first_row = 0;  // of the first in row order; within the block
  std::size_t first_column = 0;
};

/// Integer types return at once.
NonFinite find_non_finite(const AnyRows& rows);

/// Entries that are not zero, counted by rows: integers, the same for dense and sparse rows.
struct NonZeros {
  std::int64_t squared = 0;  ///< Σ_i (of row i)²: what the Gram matrix of sparse rows costs
  std::int64_t most = 0;     ///< in any row

  void add_row(std::int64_t count) {
    squared += count * count;
    most = std::max(most, count);
  }
  void add(const NonZeros& other) {
    squared += other.squared;
    most = std::max(most, other.most);
  }
};

/// What one look at some rows tells.
struct RowScan {
  bool finite = true;  ///< whether there is no NaN and nothing infinite
  NonZeros non_zeros;
};

/// Also maxima[j] = max(maxima[j], max_i |x_ij|) (features; accumulates), without meaning if the
/// rows are not finite.
RowScan scan_rows(const AnyRows& rows, std::span<double> maxima);

/// absolute[j] += Σ_i s_i |x_ij| and squares[j] += Σ_i s_i (x_ij²)   (features; accumulate; order
/// as in add_weighted_rows). `weights` is empty when all weights are 1.
void add_column_sums(const AnyRows& rows, std::span<const double> weights,
                     std::span<double> absolute, std::span<double> squares);

/// squares[j] += Σ_i s_i x_ij²: only the second of those sums, for a diagonal.
void add_column_squares(const AnyRows& rows, std::span<const double> weights,
                        std::span<double> squares);

/// sums[j] += Σ_i s_i (x_ij − centres[j])² and weight[j] += Σ_i s_i, both over the entries that are
/// not zero (features; accumulate): what the zeros add follows from the total weight, so that dense
/// and sparse rows give the same bits. Order: ascending i.
void add_centred_squares(const AnyRows& rows, std::span<const double> weights,
                         std::span<const double> centres, std::span<double> sums,
                         std::span<double> weight);

}  // namespace mpilogit::kernels
