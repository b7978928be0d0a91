#pragma once
// The end of a block: its sums of doubles go to the exact sum of all blocks.

#include <span>

#include "mpilogit/core/exact_vector_sum.hpp"

namespace mpilogit::kernels {

/// Does what sum.add_vector(block_sums) does, in the widest instruction set, and leaves zeros for
/// the next block. Cost: one rounding per component, each number read and written once.
void hand_over(std::span<double> block_sums, core::ExactVectorSum& sum);

}  // namespace mpilogit::kernels
