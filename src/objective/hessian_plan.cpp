#include "hessian_plan.hpp"

#include <algorithm>
#include <cmath>

namespace mpilogit::objective {

namespace {

// A Hessian matrix is built from all rows as long as its products cost no more than this many
// passes (a pass costs 4 flops per entry; the products of a Gram matrix run about three times as
// fast per flop, for they reuse registers), and from a strided sample beyond.
constexpr double kAffordablePasses = 10.0;
constexpr double kGramSpeedup = 3.0;
constexpr double kSmallProblem = 2e9;            // products that nobody waits for
constexpr double kSmallPairs = 5e8;              // likewise, of several narrow Gram matrices
constexpr double kLargestMatrix = 2500.0;        // rows; 25 MB as a packed triangle
constexpr double kLargestBlocks = 2e7;           // elements of all class blocks together
constexpr double kRowsPerFeature = 4.0;          // that a sample must have to say anything
constexpr double kWorthWorkingSet = 60.0;        // passes, which other solvers would need anyway
constexpr double kSmallWorkingSetProblem = 5e9;  // products

double pairs_of(double n) {
  return 0.5 * n * (n + 1.0);
}

// Products x_ij x_ik of one Gram matrix over so many features: of all of them, those of the
// non-zeros at most.
double gram_products(const SharedRows& rows, double features) {
  const double dense = static_cast<double>(rows.design.rows()) * pairs_of(features);
  return std::min(dense, static_cast<double>(rows.bounds.squared_entries));
}

// Cauchy–Schwarz: the non-zeros of all rows are at most √(rows · Σ (non-zeros of a row)²).
double pass_products(const SharedRows& rows) {
  return 2.0 * std::sqrt(static_cast<double>(rows.design.rows()) *
                         static_cast<double>(rows.bounds.squared_entries));
}

}  // namespace

HessianPlan plan_hessian(const SharedRows& rows, std::size_t columns) {
  using enum solvers::HessianMatrixKind;
  const auto features = static_cast<double>(rows.features());
  const auto classes = static_cast<double>(columns);
  const double products = gram_products(rows, features);
  const double small = columns == 1 ? kSmallProblem : kSmallPairs;
  if ((features + 1.0) * classes <= kLargestMatrix && products * pairs_of(classes) <= small) {
    return {exact, 1};
  }

  const bool fits = features <= kLargestMatrix &&
                    (columns == 1 || classes * pairs_of(features) <= kLargestBlocks);
  if (!fits) return {unaffordable, 1};
  const double stride =
      std::ceil(products / (kGramSpeedup * pass_products(rows) * kAffordablePasses));
  if (stride <= 1.0) return {columns == 1 ? exact : class_blocks, 1};
  if (static_cast<double>(rows.design.rows()) / stride < kRowsPerFeature * features) {
    return {unaffordable, 1};
  }
  return {columns == 1 ? sampled : class_blocks, static_cast<std::int64_t>(stride)};
}

bool affordable(const SharedRows& rows, std::size_t features, std::size_t columns) {
  const auto count = static_cast<double>(features);
  const auto classes = static_cast<double>(columns);
  if ((count + 1.0) * classes > kLargestMatrix) return false;
  const double products = gram_products(rows, count) * pairs_of(classes);
  const double worth = kWorthWorkingSet * kGramSpeedup * pass_products(rows) * classes;
  return products <= std::max(kSmallWorkingSetProblem, worth);
}

}  // namespace mpilogit::objective
