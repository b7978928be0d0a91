#pragma once
// Exact sums over the ranks.

#include <span>

#include "comm/communicator.hpp"
#include "core/wide_sum.hpp"

namespace mpilogit::statistics {

/// Collective. Each element becomes the sum over the ranks. One allreduce of 568 bytes each.
void sum_over_ranks(std::span<core::WideSum> sums, const comm::Communicator& communicator);

/// Likewise of one, rounded.
double value_over_ranks(core::WideSum sum, const comm::Communicator& communicator);

}  // namespace mpilogit::statistics
