#include "support/reference_kernels.hpp"

#include <cmath>

#include "kernels/dense/widen.hpp"
#include "kernels/detail/visit_rows.hpp"
#include "kernels/instruction_set.hpp"
#include "kernels/sparse/loops.hpp"

namespace mpilogit::kernels::reference {

namespace {

template <class Value>
double entry_of(const DenseRows<Value>& rows, std::size_t row, std::size_t feature) {
  return widen(rows.values[row * rows.features + feature]);
}

template <class Value>
double entry_of(const SparseRows<Value>& rows, std::size_t row, std::size_t feature) {
  const Entries<Value> found = entries(rows, row);
  for (std::size_t n = 0; n < found.count; ++n) {
    if (found.columns[n] != feature) continue;
    return widen(found.values == nullptr ? rows.common : found.values[n]);
  }
  return 0.0;
}

/// a b + sum, rounded as the instruction set in use rounds it. Made once for many: to name the set
/// takes as long as thousands of products.
class ProductSum {
 public:
  double operator()(double a, double b, double sum) const {
    return fuses_ ? std::fma(a, b, sum) : a * b + sum;
  }

 private:
  bool fuses_ = fuses_products();
};

}  // namespace

double entry(const AnyRows& rows, std::size_t row, std::size_t feature) {
  return visit_rows(rows, [&](const auto& view) { return entry_of(view, row, feature); });
}

void add_margins(const AnyRows& rows, std::span<const double> coefficients,
                 std::span<double> margins) {
  const ProductSum product_sum;
  for (std::size_t i = 0; i < row_count(rows); ++i) {
    for (std::size_t j = 0; j < feature_count(rows); ++j) {
      margins[i] = product_sum(entry(rows, i, j), coefficients[j], margins[i]);
    }
  }
}

void add_weighted_rows(const AnyRows& rows, std::span<const double> factors,
                       std::span<double> sums) {
  const ProductSum product_sum;
  for (std::size_t i = 0; i < row_count(rows); ++i) {
    for (std::size_t j = 0; j < feature_count(rows); ++j) {
      sums[j] = product_sum(factors[i], entry(rows, i, j), sums[j]);
    }
  }
}

void add_weighted_gram(const AnyRows& rows, std::span<const double> curvatures,
                       std::span<double> triangle) {
  const ProductSum product_sum;
  for (std::size_t i = 0; i < row_count(rows); ++i) {
    for (std::size_t j = 0; j < feature_count(rows); ++j) {
      for (std::size_t k = 0; k <= j; ++k) {
        double& sum = triangle[j * (j + 1) / 2 + k];
        sum = product_sum(curvatures[i] * entry(rows, i, j), entry(rows, i, k), sum);
      }
    }
  }
}

}  // namespace mpilogit::kernels::reference
