#pragma once
// This rank's blocks, handed to its threads.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mpilogit/core/function_ref.hpp"
#include "mpilogit/data/dataset.hpp"

namespace mpilogit::objective {

/// Where one block lies in this rank's arrays.
struct LocalBlock {
  std::int64_t number = 0;  ///< global
  std::size_t first = 0;    ///< of its rows, in arrays over local rows
  std::size_t rows = 0;

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

/// Those of `blocks` whose number is a multiple of `stride`.
std::vector<LocalBlock> every(std::int64_t stride, std::span<const LocalBlock> blocks);

/// Rows in these blocks on all ranks together.
std::int64_t rows_of_every(std::int64_t stride, const data::Dataset& dataset);

/// Calls body(block, thread) for every block; blocks are handed to `threads` threads as they come.
/// `body` must not throw.
void for_each_block(std::span<const LocalBlock> blocks, int threads,
                    core::FunctionRef<void(const LocalBlock&, int)> body);

}  // namespace mpilogit::objective
