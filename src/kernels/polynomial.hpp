#pragma once
// Products of features, made from rows on the fly: curved decision boundaries.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// Which products there are. Degree 1 is the features as they are.
struct PolynomialShape {
  std::size_t features = 0;
  std::size_t degree = 1;
  bool interactions_only = false;  ///< no feature twice in a product

  bool identity() const { return degree == 1; }
};

/// Products of 1 … degree features, in scikit-learn's order (without its constant): by degree, then
/// lexicographic. Throws bad input if there are more than 2^31 − 1.
std::size_t expanded_features(const PolynomialShape& shape);

/// The features of every product, ascending, repeated for powers; in the order above.
std::vector<std::vector<std::uint32_t>> monomials(const PolynomialShape& shape);

/// "age:hours", "age^2", "age^2:hours".
std::string monomial_name(const std::vector<std::uint32_t>& monomial,
                          const std::vector<std::string>& names);

/// Entries that the expanded row of a row with `entries` stored entries has.
std::size_t expanded_entries(const PolynomialShape& shape, std::size_t entries);

/// How many products of exactly d features there are from feature j on; from it follows the place
/// of a product in the order above. Memory: degree × features numbers.
class ProductCounts {
 public:
  explicit ProductCounts(const PolynomialShape& shape);

  std::size_t from(std::size_t j, std::size_t d) const { return counts_[(d - 1) * stride_ + j]; }

  /// How far apart the features of a product are at least: 1 for interactions only, else 0.
  std::size_t step() const { return step_; }

 private:
  std::size_t step_;
  std::size_t stride_;
  std::vector<std::size_t> counts_;  // degree × (features + 1)
};

/// Rows first … first + count − 1 of `rows` expanded. The buffer keeps its memory from call to
/// call; the view stays valid until the next. Dense rows give DenseRows<double>, sparse ones
/// SparseRows<double> with the products of stored entries. A product is multiplied from its first
/// feature to its last: ((x_a x_b) x_c), so that dense and sparse rows give the same bits as long
/// as no product overflows.
class PolynomialBuffer {
 public:
  /// Throws as `expanded_features`.
  explicit PolynomialBuffer(const PolynomialShape& shape);
  AnyRows expand(const AnyRows& rows, std::size_t first, std::size_t count);

 private:
  template <class Value>
  AnyRows expand_rows(const DenseRows<Value>& rows, std::size_t first, std::size_t count);
  template <class Value>
  AnyRows expand_rows(const SparseRows<Value>& rows, std::size_t first, std::size_t count);

  PolynomialShape shape_;
  std::size_t features_;  // of an expanded row
  ProductCounts counts_;
  std::vector<double> row_;  // one row, widened
  std::vector<std::uint32_t> row_columns_;
  std::vector<double> values_;
  std::vector<std::uint32_t> columns_;
  std::vector<std::int64_t> starts_;
};

}  // namespace mpilogit::kernels
