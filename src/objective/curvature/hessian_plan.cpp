#include "objective/curvature/hessian_plan.hpp"

#include <algorithm>
#include <cmath>

namespace mpilogit::objective {

namespace {

// What arithmetic costs on one core, in nanoseconds; only ratios matter (docs/performance.md).
constexpr double kRow = 2.0;            // its loss and residual
constexpr double kDenseEntry = 0.17;    // in a pass: the memory's bandwidth
constexpr double kDenseProduct = 0.08;  // in a Gram matrix
constexpr double kSparseEntry = 1.6;
constexpr double kSparseProduct = 1.0;

// A Hessian matrix is built from all rows as long as that costs no more than some passes, or no
// time worth speaking of, and from a strided sample beyond.
constexpr double kAffordablePasses = 10.0;
constexpr double kSampledPasses = 5.0;           // that a sampled one should cost
constexpr double kMostSampledPasses = 100.0;     // that it may cost where fewer rows say too little
constexpr double kUnnoticed = 2e7;               // nanoseconds
constexpr double kRowsPerFeature = 16.0;         // that a sample must have to say anything
constexpr double kManyRowsPerFeature = 2000.0;   // that make it as good as all rows
constexpr double kDensityOfSparse = 0.25;        // below which compressed rows are the better
constexpr double kDensityOfCommon = 0.5;         // of the entries, above which no column is rare
constexpr double kSmallPairs = 5e8;              // products, of several narrow Gram matrices
constexpr double kLargestMatrix = 2500.0;        // rows; 25 MB as a packed triangle
constexpr double kLargestBlocks = 2e7;           // elements of all class blocks together
constexpr double kWorthWorkingSet = 60.0;        // passes, which other solvers would need anyway
constexpr double kSmallWorkingSetProblem = 5e9;  // products

double pairs_of(double n) {
  return 0.5 * n * (n + 1.0);
}

// Cauchy–Schwarz: the non-zeros of all rows are at most √(rows · Σ (non-zeros of a row)²).
double entries_of(const SharedRows& rows) {
  return std::sqrt(static_cast<double>(rows.design.rows()) *
                   static_cast<double>(rows.bounds.squared_entries));
}

// Judged by what the data are, not by how a file stores them: the same numbers shall take the same
// way to the same bits.
double density_of(const SharedRows& rows) {
  const auto count = static_cast<double>(rows.design.rows());
  return entries_of(rows) / (count * static_cast<double>(rows.features()));
}

bool is_sparse(const SharedRows& rows) {
  return density_of(rows) < kDensityOfSparse;
}

// Products x_ij x_ik of one Gram matrix over so many features: of all of them, those of the
// non-zeros at most.
double gram_products(const SharedRows& rows, double features) {
  const double dense = static_cast<double>(rows.design.rows()) * pairs_of(features);
  return std::min(dense, static_cast<double>(rows.bounds.squared_entries));
}

double gram_time(const SharedRows& rows, double features) {
  return gram_products(rows, features) * (is_sparse(rows) ? kSparseProduct : kDenseProduct);
}

double pass_time(const SharedRows& rows) {
  const double row_time = static_cast<double>(rows.design.rows()) * kRow;
  return row_time + entries_of(rows) * (is_sparse(rows) ? kSparseEntry : kDenseEntry);
}

// Of a sample that may stand for all rows: not where columns are rare, of which it has too little.
double good_stride(const SharedRows& rows, std::int64_t global_rows) {
  if (density_of(rows) < kDensityOfCommon) return 1.0;
  const auto variables = static_cast<double>(rows.features()) + 1.0;
  return std::floor(static_cast<double>(global_rows) / (kManyRowsPerFeature * variables));
}

// The kind and the stride.
HessianPlan choose(const SharedRows& rows, std::int64_t global_rows, std::size_t columns) {
  using enum solvers::HessianMatrixKind;
  const auto features = static_cast<double>(rows.features());
  const auto classes = static_cast<double>(columns);
  const double part = static_cast<double>(global_rows) / static_cast<double>(rows.design.rows());
  const bool few = (features + 1.0) * classes <= kLargestMatrix;
  const double time = gram_time(rows, features) * part;
  const double passes = gram_time(rows, features) / pass_time(rows);
  if (columns == 1 && few && time > kUnnoticed) {
    const double stride = std::min(std::ceil(passes), good_stride(rows, global_rows));
    if (stride >= 2.0) return {sampled, static_cast<std::int64_t>(stride)};
  }
  if (columns == 1 && few && (passes <= kAffordablePasses || time <= kUnnoticed)) return {exact, 1};
  if (columns > 1 && few && gram_products(rows, features) * pairs_of(classes) <= kSmallPairs) {
    return {exact, 1};
  }

  const bool fits = features <= kLargestMatrix &&
                    (columns == 1 || classes * pairs_of(features) <= kLargestBlocks);
  if (!fits) return {unaffordable, 1};
  const double enough_rows =
      std::floor(static_cast<double>(global_rows) / (kRowsPerFeature * features));
  const double stride = std::max(1.0, std::min(std::ceil(passes / kSampledPasses), enough_rows));
  if (passes > stride * kMostSampledPasses && time > kUnnoticed) return {unaffordable, 1};
  if (stride == 1.0) return {columns == 1 ? exact : class_blocks, 1};
  return {columns == 1 ? sampled : class_blocks, static_cast<std::int64_t>(stride)};
}

}  // namespace

HessianPlan plan_hessian(const SharedRows& rows, std::int64_t global_rows, std::size_t columns) {
  HessianPlan plan = choose(rows, global_rows, columns);
  const auto features = static_cast<double>(rows.features());
  const auto matrices = columns == 1 ? 1.0 : static_cast<double>(columns);
  plan.passes =
      matrices * gram_time(rows, features) / (static_cast<double>(plan.stride) * pass_time(rows));
  return plan;
}

bool affordable(const SharedRows& rows, std::size_t features, std::size_t columns) {
  const auto count = static_cast<double>(features);
  const auto classes = static_cast<double>(columns);
  if ((count + 1.0) * classes > kLargestMatrix) return false;
  const double products = gram_products(rows, count) * pairs_of(classes);
  const double time = products * (is_sparse(rows) ? kSparseProduct : kDenseProduct);
  const double worth = kWorthWorkingSet * pass_time(rows) * classes;
  return products <= kSmallWorkingSetProblem || time <= worth;
}

namespace {

constexpr std::int64_t kFewestRows = 32;  // of a piece, unless its block has fewer

std::int64_t rows_of_piece(const Sampling& sample, std::int64_t block_rows) {
  return (block_rows + sample.parts - 1) / sample.parts;
}

}  // namespace

Sampling refined(const Sampling& sample, std::int64_t stride, const data::Blocks& blocks,
                 std::int64_t pieces) {
  Sampling best{sample.skip, sample.parts * stride};
  for (std::int64_t factor = 2; factor <= stride; ++factor) {
    if (stride % factor != 0) continue;
    const Sampling fewer{sample.skip * factor, sample.parts * (stride / factor)};
    const bool many = blocks.count() / fewer.skip >= pieces;
    const bool too_short = rows_of_piece(best, blocks.rows_per_block()) < kFewestRows;
    if (many || too_short) best = fewer;
  }
  return best;
}

std::vector<LocalBlock> sampled_blocks(const Sampling& sample, std::span<const LocalBlock> all) {
  std::vector<LocalBlock> pieces;
  for (LocalBlock block : all) {
    if (block.number % sample.skip != 0) continue;
    const auto rows = static_cast<std::int64_t>(block.rows);
    block.rows = static_cast<std::size_t>(rows_of_piece(sample, rows));
    pieces.push_back(block);
  }
  return pieces;
}

std::int64_t sampled_rows(const Sampling& sample, const data::Blocks& blocks) {
  std::int64_t sum = 0;
  for (std::int64_t block = 0; block < blocks.count(); block += sample.skip) {
    sum += rows_of_piece(sample, blocks.rows_of(block).size());
  }
  return sum;
}

}  // namespace mpilogit::objective
