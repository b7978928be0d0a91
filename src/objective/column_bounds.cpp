#include "column_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "mpilogit/core/error.hpp"
#include "mpilogit/kernels/column_statistics.hpp"

#include "exact_pass.hpp"

namespace mpilogit::objective {

namespace {

// Below this a column is treated as if it were this large, so that 1/M_j is finite.
constexpr double kSmallestColumn = 1e-290;

using Labels = std::span<const std::uint8_t>;

// Σ s_i, Σ s_i y_i and the smallest positive s_i (1 where nobody has weights). Cost: one look at
// labels and weights.
void measure_weights(const data::Dataset& dataset, Labels labels,
                     const comm::Communicator& communicator, int threads, ColumnBounds& bounds) {
  const core::ExactVectorSum sums = exact_sum(local_blocks(dataset), threads, communicator, {}, 2,
                                              [&](const LocalBlock& block, BlockSums out) {
                                                const auto weights = block.of(dataset.weights());
                                                const auto y = block.of(labels);
                                                for (std::size_t i = 0; i < block.rows; ++i) {
                                                  const double weight =
                                                      weights.empty() ? 1.0 : weights[i];
                                                  out.scalars[0] += weight;
                                                  if (y[i] != 0) out.scalars[1] += weight;
                                                }
                                              });
  bounds.total_weight = sums.scalar(0);
  bounds.positive_weight = sums.scalar(1);

  double smallest = std::numeric_limits<double>::infinity();
  for (const double weight : dataset.weights()) {
    if (weight > 0.0) smallest = std::min(smallest, weight);
  }
  smallest = communicator.minimum(smallest);
  bounds.smallest_weight = std::isfinite(smallest) ? smallest : 1.0;
}

// M_j and Σ_i (non-zeros of row i)²: maxima and integers, exact in any order.
void measure_maxima(const data::Dataset& dataset, const comm::Communicator& communicator,
                    int threads, ColumnBounds& bounds) {
  const auto features = static_cast<std::size_t>(dataset.shape().features);
  const auto workers = static_cast<std::size_t>(threads);
  std::vector<std::vector<double>> maxima(workers, std::vector<double>(features, 0.0));
  std::vector<std::int64_t> entries(workers, 0);
  for_each_block(local_blocks(dataset), threads, [&](const LocalBlock& block, int thread) {
    const auto t = static_cast<std::size_t>(thread);
    kernels::raise_column_maxima(dataset.block(block.number), maxima[t]);
    entries[t] += kernels::squared_row_entries(dataset.block(block.number));
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

void refuse_huge_columns(const data::Dataset& dataset, const ColumnBounds& bounds) {
  for (std::size_t j = 0; j < bounds.largest.size(); ++j) {
    const double largest = bounds.largest[j];
    if (std::isfinite(bounds.total_weight * largest * largest * 4.0)) continue;
    const auto& names = dataset.shape().feature_names;
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
void measure_sums(const data::Dataset& dataset, const comm::Communicator& communicator, int threads,
                  ColumnBounds& bounds) {
  const std::size_t features = bounds.largest.size();
  std::vector<core::FixedPoint> scales;
  scales.reserve(2 * features);
  const double weight = bounds.total_weight * kRoundingMargin;
  for (const double m : bounds.largest) scales.emplace_back(weight * m);
  for (const double m : bounds.largest) scales.emplace_back(weight * m * m);
  std::vector<double> inverse(features);
  for (std::size_t j = 0; j < features; ++j) {
    inverse[j] = bounds.largest[j] > 0.0 ? 1.0 / std::max(bounds.largest[j], kSmallestColumn) : 0.0;
  }
  std::vector<double> norms(static_cast<std::size_t>(threads), 0.0);
  const auto blocks = local_blocks(dataset);
  const core::ExactVectorSum sums = exact_sum(
      blocks, threads, communicator, scales, 0, [&](const LocalBlock& block, BlockSums out) {
        kernels::add_column_sums(dataset.block(block.number), block.of(dataset.weights()),
                                 out.vector.first(features), out.vector.last(features));
      });
  for_each_block(blocks, threads, [&](const LocalBlock& block, int thread) {
    auto& norm = norms[static_cast<std::size_t>(thread)];
    norm = std::max(norm, kernels::largest_scaled_row_norm(dataset.block(block.number), inverse));
  });
  bounds.scaled_row_norm =
      communicator.maximum(*std::max_element(norms.begin(), norms.end())) * kRoundingMargin;

  std::vector<double> both(2 * features);
  sums.vector(both);
  // What rounding may have taken away is given back: the result is an upper bound again.
  const auto block_total = static_cast<double>(data::block_count(dataset.shape().rows));
  for (std::size_t j = 0; j < 2 * features; ++j) {
    both[j] = both[j] * kRoundingMargin + block_total * scales[j].unit();
  }
  bounds.absolute.assign(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(features));
  bounds.squares.assign(both.begin() + static_cast<std::ptrdiff_t>(features), both.end());
}

}  // namespace

double ColumnBounds::largest_margin(std::span<const double> direction) const {
  double absolute_sum = 0.0;
  double square_sum = 0.0;
  for (std::size_t j = 0; j < direction.size(); ++j) {
    const double scaled = std::max(largest[j], kSmallestColumn) * direction[j];
    absolute_sum += std::fabs(scaled);
    square_sum += scaled * scaled;
  }
  return std::min(absolute_sum, scaled_row_norm * std::sqrt(square_sum)) * kRoundingMargin;
}

ColumnBounds measure_columns(const data::Dataset& dataset, Labels labels,
                             const comm::Communicator& communicator, int threads) {
  ColumnBounds bounds;
  measure_weights(dataset, labels, communicator, threads, bounds);
  measure_maxima(dataset, communicator, threads, bounds);
  refuse_huge_columns(dataset, bounds);
  measure_sums(dataset, communicator, threads, bounds);
  bounds.largest.push_back(1.0);
  bounds.absolute.push_back(bounds.total_weight * kRoundingMargin);
  bounds.squares.push_back(bounds.total_weight * kRoundingMargin);
  bounds.scaled_row_norm = std::sqrt(bounds.scaled_row_norm * bounds.scaled_row_norm + 1.0);
  return bounds;
}

}  // namespace mpilogit::objective
