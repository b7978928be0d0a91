#pragma once
// The columns of a problem, and how its blocks of rows go to the threads.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/function_ref.hpp"
#include "data/dataset.hpp"
#include "kernels/polynomial.hpp"
#include "kernels/rows.hpp"

namespace mpilogit::objective {

/// Where one block, or the first rows of it, lies in this rank's arrays.
struct LocalBlock {
  std::int64_t number = 0;  ///< global
  std::size_t first = 0;    ///< of its rows, in arrays over local rows
  std::size_t rows = 0;
  const kernels::AnyRows* features = nullptr;  ///< its rows, while a loop reads them

  template <class T>
  std::span<T> of(std::span<T> local_rows) const {
    return local_rows.empty() ? local_rows : local_rows.subspan(first, rows);
  }
};

LocalBlock local_block(const data::Dataset& dataset, std::int64_t block);

/// Those of `blocks` that this rank holds, or all of this rank's.
std::vector<LocalBlock> local_blocks(const data::Dataset& dataset);
std::vector<LocalBlock> local_blocks(const data::Dataset& dataset,
                                     std::span<const std::int64_t> blocks);

/// Calls body(block, thread) for every block; blocks are handed to `threads` threads as they come.
/// `body` must not throw, and gets no rows.
void for_each_block(std::span<const LocalBlock> blocks, int threads,
                    core::FunctionRef<void(const LocalBlock&, int)> body);

/// Likewise, with the blocks' rows, wherever they are: in memory, or read ahead of the work.
/// Collective where the data set streams: all ranks throw the same error when one cannot read.
void for_each_block(const data::Dataset& dataset, std::span<const LocalBlock> blocks, int threads,
                    core::FunctionRef<void(const LocalBlock&, int)> body);

// The rows that an objective sees: those of the data set, or products of their features made on
// the fly.

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
