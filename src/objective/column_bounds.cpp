#include "mpilogit/objective/column_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "mpilogit/core/error.hpp"
#include "mpilogit/kernels/column_statistics.hpp"
#include "mpilogit/kernels/lane_sum.hpp"

#include "exact_pass.hpp"

namespace mpilogit::objective {

namespace {

// Below this a column is treated as if it were this large, so that 1/M_j is finite.
constexpr double kSmallestColumn = 1e-290;

// Cost: one look at the weights.
double sum_of_weights(const Design& design, std::span<const double> weights,
                      const comm::Communicator& communicator, int threads) {
  const core::ExactVectorSum sums = exact_sum(
      local_blocks(design.dataset()), threads, communicator, {}, 1,
      [&](const LocalBlock& block, BlockSums out) {
        const auto own = block.of(weights);
        out.scalars[0] = weights.empty() ? static_cast<double>(block.rows) : kernels::lane_sum(own);
      });
  return sums.scalar(0);
}

// M_j and Σ_i (non-zeros of row i)²: maxima and integers, exact in any order.
void measure_maxima(const Design& design, const comm::Communicator& communicator, int threads,
                    ColumnBounds& bounds) {
  const std::size_t features = design.features();
  const auto workers = static_cast<std::size_t>(threads);
  std::vector<std::vector<double>> maxima(workers, std::vector<double>(features, 0.0));
  std::vector<std::int64_t> entries(workers, 0);
  const auto blocks = local_blocks(design.dataset());
  for_each_block(blocks, threads, [&](const LocalBlock& block, int thread) {
    const auto t = static_cast<std::size_t>(thread);
    design.for_rows(block, [&](std::size_t, const kernels::AnyRows& rows) {
      kernels::raise_column_maxima(rows, maxima[t]);
      entries[t] += kernels::squared_row_entries(rows);
    });
  });
  bounds.largest = maxima.front();
  for (const auto& other : maxima) {
    for (std::size_t j = 0; j < features; ++j) {
      bounds.largest[j] = std::max(bounds.largest[j], other[j]);
    }
  }
  communicator.maximum(bounds.largest);
  for (const auto count : entries) bounds.squared_entries += count;
  bounds.squared_entries = communicator.sum(bounds.squared_entries);
}

void refuse_huge_columns(const Design& design, const ColumnBounds& bounds) {
  for (std::size_t j = 0; j < bounds.largest.size(); ++j) {
    const double largest = bounds.largest[j];
    if (std::isfinite(bounds.total_weight * largest * largest * 4.0)) continue;
    const auto& names = design.feature_names();
    const std::string name = names.empty() ? fmt::format("column {}", j) : names[j];
    throw core::bad_input(
        {.what = fmt::format("feature '{}' has values as large as {:g}", name, largest),
         .where = {},
         .why = "their weighted squares do not fit in a double",
         .remedy = "Give the column another unit"})
        .as_agreed();
  }
}

// Σ s|x| and Σ s x² per column as exact sums; Σ s |x_ij| ≤ M_j Σ s bounds them beforehand.
void measure_sums(const Design& design, std::span<const double> weights,
                  const comm::Communicator& communicator, int threads, ColumnBounds& bounds) {
  const std::size_t features = bounds.largest.size();
  std::vector<core::FixedPoint> scales;
  scales.reserve(2 * features);
  const double total = bounds.total_weight * kRoundingMargin;
  for (const double m : bounds.largest) scales.emplace_back(total * m);
  for (const double m : bounds.largest) scales.emplace_back(total * m * m);
  std::vector<double> inverse(features);
  for (std::size_t j = 0; j < features; ++j) {
    inverse[j] = bounds.largest[j] > 0.0 ? 1.0 / std::max(bounds.largest[j], kSmallestColumn) : 0.0;
  }
  std::vector<double> norms(static_cast<std::size_t>(threads), 0.0);
  const auto blocks = local_blocks(design.dataset());
  const core::ExactVectorSum sums = exact_sum(
      blocks, threads, communicator, scales, 0, [&](const LocalBlock& block, BlockSums out) {
        const auto own = block.of(weights);
        design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
          kernels::add_column_sums(rows,
                                   own.empty() ? own : own.subspan(first, kernels::row_count(rows)),
                                   out.vector.first(features), out.vector.last(features));
        });
      });
  for_each_block(blocks, threads, [&](const LocalBlock& block, int thread) {
    auto& norm = norms[static_cast<std::size_t>(thread)];
    design.for_rows(block, [&](std::size_t, const kernels::AnyRows& rows) {
      norm = std::max(norm, kernels::largest_scaled_row_norm(rows, inverse));
    });
  });
  bounds.scaled_row_norm =
      communicator.maximum(*std::max_element(norms.begin(), norms.end())) * kRoundingMargin;

  std::vector<double> both(2 * features);
  sums.vector(both);
  // What rounding may have taken away is given back: the result is an upper bound again.
  const auto block_total = static_cast<double>(data::block_count(design.rows()));
  for (std::size_t j = 0; j < 2 * features; ++j) {
    both[j] = both[j] * kRoundingMargin + block_total * scales[j].unit();
  }
  bounds.absolute.assign(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(features));
  bounds.squares.assign(both.begin() + static_cast<std::ptrdiff_t>(features), both.end());
}

}  // namespace

double ColumnBounds::largest_margin(std::span<const double> direction, std::size_t columns,
                                    std::size_t column) const {
  double absolute_sum = 0.0;
  double square_sum = 0.0;
  for (std::size_t j = 0; j < largest.size(); ++j) {
    const double scaled = std::max(largest[j], kSmallestColumn) * direction[j * columns + column];
    absolute_sum += std::fabs(scaled);
    square_sum += scaled * scaled;
  }
  return std::min(absolute_sum, scaled_row_norm * std::sqrt(square_sum)) * kRoundingMargin;
}

ColumnBounds measure_columns(const Design& design, std::span<const double> weights,
                             const comm::Communicator& communicator, int threads) {
  ColumnBounds bounds;
  bounds.total_weight = sum_of_weights(design, weights, communicator, threads);
  measure_maxima(design, communicator, threads, bounds);
  refuse_huge_columns(design, bounds);
  measure_sums(design, weights, communicator, threads, bounds);
  bounds.largest.push_back(1.0);
  bounds.absolute.push_back(bounds.total_weight * kRoundingMargin);
  bounds.squares.push_back(bounds.total_weight * kRoundingMargin);
  bounds.scaled_row_norm = std::sqrt(bounds.scaled_row_norm * bounds.scaled_row_norm + 1.0);
  return bounds;
}

}  // namespace mpilogit::objective
