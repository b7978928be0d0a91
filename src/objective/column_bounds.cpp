#include "objective/column_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "kernels/column_statistics.hpp"
#include "kernels/lane_sum.hpp"
#include "objective/pass/exact_pass.hpp"

namespace mpilogit::objective {

namespace {

// Below this a column is treated as if it were this large, so that 1/M_j is finite.
constexpr double kSmallestColumn = 1e-290;

// Cost: one look at the weights.
double sum_of_weights(const Design& design, std::span<const double> weights,
                      const comm::Communicator& communicator, int threads) {
  const core::ExactVectorSum sums = exact_sum(
      nullptr, local_blocks(design.dataset()), threads, communicator, {}, 1,
      [&](const LocalBlock& block, BlockSums out) {
        const auto own = block.of(weights);
        out.scalars[0] = weights.empty() ? static_cast<double>(block.rows) : kernels::lane_sum(own);
      });
  return sums.scalar(0);
}

// Of the features as they are, reading has found these; of products it takes a pass.
struct Scan {
  std::vector<double> largest;  // M_j: maxima, exact in any order
  kernels::NonZeros non_zeros;
};

Scan scan_columns(const Design& design, const comm::Communicator& communicator, int threads) {
  const data::Dataset& dataset = design.dataset();
  if (design.expansion().identity()) {
    const auto largest = dataset.largest_absolute();
    return {{largest.begin(), largest.end()}, dataset.non_zeros()};
  }
  const std::size_t features = design.features();
  std::vector<Scan> scans(static_cast<std::size_t>(threads), {std::vector<double>(features), {}});
  for_each_block(dataset, local_blocks(dataset), threads, [&](const LocalBlock& block, int thread) {
    Scan& mine = scans[static_cast<std::size_t>(thread)];
    design.for_rows(block, [&](std::size_t, const kernels::AnyRows& rows) {
      mine.non_zeros.add(kernels::scan_rows(rows, mine.largest).non_zeros);
    });
  });
  Scan all = std::move(scans.front());
  for (std::size_t t = 1; t < scans.size(); ++t) {
    all.non_zeros.add(scans[t].non_zeros);
    for (std::size_t j = 0; j < features; ++j) {
      all.largest[j] = std::max(all.largest[j], scans[t].largest[j]);
    }
  }
  communicator.maximum(all.largest);
  all.non_zeros.squared = communicator.sum(all.non_zeros.squared);
  all.non_zeros.most = communicator.maximum(all.non_zeros.most);
  return all;
}

void refuse_huge_columns(const Design& design, const ColumnBounds& bounds) {
  for (std::size_t j = 0; j < bounds.largest.size(); ++j) {
    const double largest = bounds.largest[j];
    if (std::isfinite(bounds.total_weight * largest * largest * 4.0)) continue;
    const auto& names = design.feature_names();
    const std::string name = names.empty() ? fmt::format("column {}", j) : names[j];
    throw core::agreed_bad_input(
        {.what = fmt::format("feature '{}' has values as large as {:g}", name, largest),
         .why = "their weighted squares do not fit in a double",
         .remedy = !(bounds.total_weight < 1e100) ? "Make the weights smaller"
                                                  : "Give the column another unit"});
  }
}

// Σ s|x| and Σ s x² per column as exact sums, Σ s |x_ij| ≤ M_j Σ s bounds them beforehand.
// Cost: one pass over the data.
void measure_sums(const Design& design, std::span<const double> weights,
                  const comm::Communicator& communicator, int threads, ColumnBounds& bounds) {
  const std::size_t features = bounds.largest.size();
  std::vector<core::FixedPoint> scales;
  scales.reserve(2 * features);
  const double total = bounds.total_weight * kRoundingMargin;
  for (const double m : bounds.largest) scales.emplace_back(total * m);
  for (const double m : bounds.largest) scales.emplace_back(total * m * m);
  const auto blocks = local_blocks(design.dataset());
  const core::ExactVectorSum sums =
      exact_sum(&design.dataset(), blocks, threads, communicator, scales, 0,
                [&](const LocalBlock& block, BlockSums out) {
                  const auto own = block.of(weights);
                  design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
                    kernels::add_column_sums(
                        rows, own.empty() ? own : own.subspan(first, kernels::row_count(rows)),
                        out.vector.first(features), out.vector.last(features));
                  });
                });

  std::vector<double> both(2 * features);
  sums.vector(both);
  // What rounding may have taken away is given back: the result is an upper bound again.
  const auto block_total = static_cast<double>(design.dataset().shape().blocks().count());
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
  Scan scan = scan_columns(design, communicator, threads);
  bounds.largest = std::move(scan.largest);
  bounds.squared_entries = scan.non_zeros.squared;
  // A row of n non-zeros has ‖x / M‖ ≤ √n.
  bounds.scaled_row_norm = std::sqrt(static_cast<double>(scan.non_zeros.most)) * kRoundingMargin;
  refuse_huge_columns(design, bounds);
  measure_sums(design, weights, communicator, threads, bounds);
  bounds.largest.push_back(1.0);
  bounds.absolute.push_back(bounds.total_weight * kRoundingMargin);
  bounds.squares.push_back(bounds.total_weight * kRoundingMargin);
  bounds.scaled_row_norm = std::sqrt(bounds.scaled_row_norm * bounds.scaled_row_norm + 1.0);
  return bounds;
}

}  // namespace mpilogit::objective
