#pragma once
// The rows that an objective sees: those of the data set, or products of their features made on
// the fly.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/function_ref.hpp"
#include "data/dataset.hpp"
#include "kernels/polynomial.hpp"
#include "kernels/rows.hpp"
#include "objective/for_each_block.hpp"

namespace mpilogit::objective {

class Design {
 public:
  /// `dataset` must outlive this object. `degree` products at most; 1: the features as they are.
  Design(const data::Dataset& dataset, const kernels::PolynomialShape& expansion);
  explicit Design(const data::Dataset& dataset);

  const data::Dataset& dataset() const { return dataset_; }
  const kernels::PolynomialShape& expansion() const { return expansion_; }
  std::int64_t rows() const { return dataset_.shape().rows; }
  std::size_t features() const { return features_; }

  /// Empty when the data has no names and its features are taken as they are.
  const std::vector<std::string>& feature_names() const { return names_; }

  /// For a block of a loop that reads the rows.
  /// visitor(first, rows) for consecutive pieces of the block's rows, `first` counted within the
  /// block: one piece without products, else pieces that stay in cache while they live.
  using Visitor = core::FunctionRef<void(std::size_t first, const kernels::AnyRows& rows)>;
  void for_rows(const LocalBlock& block, Visitor visitor) const;

 private:
  const data::Dataset& dataset_;
  kernels::PolynomialShape expansion_;
  std::size_t features_;
  std::vector<std::string> names_;
};

}  // namespace mpilogit::objective
