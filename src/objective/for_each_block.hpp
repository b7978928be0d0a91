#pragma once
// This rank's blocks, handed to its threads.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/function_ref.hpp"
#include "data/dataset.hpp"

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

}  // namespace mpilogit::objective
