#include "objective/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/column_statistics.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/lane_sum.hpp"
#include "objective/pass/exact_pass.hpp"

namespace mpilogit::objective {

namespace {

std::span<const double> piece(std::span<const double> block, std::size_t first, std::size_t count) {
  return block.empty() ? block : block.subspan(first, count);
}

// Σ s_i x_ij with |·| ≤ B_j, and Σ s_i as the scalar.
core::ExactVectorSum sum_columns(const SharedRows& rows, std::span<const double> weights,
                                 std::span<const core::FixedPoint> scales) {
  return exact_sum(&rows.design.dataset(), rows.blocks, rows.threads, rows.communicator, scales, 1,
                   [&](const LocalBlock& block, BlockSums out) {
                     std::vector<double> own(block.rows, 1.0);
                     const auto given = block.of(weights);
                     if (!given.empty()) own.assign(given.begin(), given.end());
                     rows.design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& x) {
                       kernels::add_weighted_rows(x, piece(own, first, kernels::row_count(x)), 1,
                                                  out.vector);
                     });
                     out.scalars[0] = kernels::lane_sum(own);
                   });
}

}  // namespace

// Var_j = (Σ_{x_ij ≠ 0} s_i (x_ij − m_j)² + (S − Σ_{x_ij ≠ 0} s_i) m_j²) / S, which never cancels
// the mean against the squares. |x_ij − m_j| ≤ 2 M_j bounds the first sum.
Moments column_moments(const SharedRows& rows, std::span<const double> weights) {
  const std::size_t features = rows.features();
  const ColumnBounds& bounds = rows.bounds;
  std::vector<core::FixedPoint> scales(bounds.absolute.begin(), bounds.absolute.end() - 1);
  const core::ExactVectorSum sums = sum_columns(rows, weights, scales);
  const double total = sums.scalar(0);
  Moments moments;
  moments.mean.resize(features);
  sums.vector(moments.mean);
  for (auto& mean : moments.mean) mean /= total;

  const double bound = bounds.total_weight * kRoundingMargin;
  std::vector<core::FixedPoint> square_scales;
  for (std::size_t j = 0; j < features; ++j) {
    square_scales.emplace_back(4.0 * kRoundingMargin * bound * bounds.largest[j] *
                               bounds.largest[j]);
  }
  square_scales.insert(square_scales.end(), features, core::FixedPoint(bound));
  const core::ExactVectorSum squares = exact_sum(
      &rows.design.dataset(), rows.blocks, rows.threads, rows.communicator, square_scales, 0,
      [&](const LocalBlock& block, BlockSums out) {
        const auto own = block.of(weights);
        rows.design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& x) {
          kernels::add_centred_squares(x, piece(own, first, kernels::row_count(x)), moments.mean,
                                       out.vector.first(features), out.vector.last(features));
        });
      });
  std::vector<double> both(2 * features);
  squares.vector(both);
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  for (std::size_t j = 0; j < features; ++j) {
    const double zeros = std::max(0.0, total - both[features + j]);
    const double variance = (both[j] + zeros * moments.mean[j] * moments.mean[j]) / total;
    const double rounding = 4.0 * kEpsilon * bounds.largest[j];
    moments.variance.push_back(variance > rounding * rounding ? variance : 0.0);
  }
  return moments;
}

}  // namespace mpilogit::objective
