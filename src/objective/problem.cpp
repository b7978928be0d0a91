#include "problem.hpp"

#include <algorithm>
#include <cmath>

#include "mpilogit/core/error.hpp"

namespace mpilogit::objective {

namespace {

// A Hessian matrix is built from all rows as long as its products cost no more than this many
// passes (a pass costs 4 flops per entry; the products of a Gram matrix run about three times as
// fast per flop, for they reuse registers), and from a strided sample beyond.
constexpr double kAffordablePasses = 10.0;
constexpr double kGramSpeedup = 3.0;
constexpr double kSmallProblem = 5e8;          // products that nobody waits for
constexpr std::int64_t kLargestMatrix = 2500;  // 25 MB as a packed triangle
constexpr double kRowsPerFeature = 4.0;        // that a sample must have to say anything

std::int64_t choose_hessian_stride(const data::Shape& shape, const ColumnBounds& bounds) {
  if (shape.features > kLargestMatrix) return 0;
  const auto rows = static_cast<double>(shape.rows);
  const double products = shape.sparse ? 0.5 * static_cast<double>(bounds.squared_entries)
                                       : 0.5 * rows * static_cast<double>(shape.features) *
                                             static_cast<double>(shape.features);
  if (products <= kSmallProblem) return 1;
  const double pass = 2.0 * static_cast<double>(shape.nonzeros);
  const double stride = std::ceil(products / (kGramSpeedup * pass * kAffordablePasses));
  if (stride <= 1.0) return 1;
  const double sampled_rows = rows / stride;
  if (sampled_rows < kRowsPerFeature * static_cast<double>(shape.features)) return 0;
  return static_cast<std::int64_t>(stride);
}

}  // namespace

Problem::Problem(const data::Dataset& rows, comm::Communicator ranks, const LogisticOptions& chosen)
    : dataset(rows), communicator(std::move(ranks)), options(chosen) {
  if (dataset.classes().size() != 2) {
    throw core::internal_failure("a logistic objective needs two classes");
  }
  labels.reserve(dataset.labels().size());
  for (const auto label : dataset.labels()) labels.push_back(static_cast<std::uint8_t>(label));
  blocks = local_blocks(dataset);
  bounds = measure_columns(dataset, labels, communicator, options.threads);
  gradient_scales.reserve(dimension());
  for (const double bound : bounds.absolute) gradient_scales.emplace_back(bound);
  hessian_stride = choose_hessian_stride(dataset.shape(), bounds);
}

void Problem::start_margins(const LocalBlock& block, double intercept,
                            std::span<double> margins) const {
  const auto offsets = block.of(dataset.offsets());
  if (offsets.empty()) {
    std::fill(margins.begin(), margins.end(), intercept);
  } else {
    for (std::size_t i = 0; i < margins.size(); ++i) margins[i] = offsets[i] + intercept;
  }
}

double Problem::penalty(std::span<const double> coefficients) const {
  double squares = 0.0;
  for (const double w : coefficients.first(features())) squares += w * w;
  return 0.5 * options.l2 * squares;
}

}  // namespace mpilogit::objective
