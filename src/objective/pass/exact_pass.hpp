#pragma once
// One exact pass: local blocks in any order on any thread, integer sums, one allreduce.

#include <cstddef>
#include <span>

#include "comm/communicator.hpp"
#include "core/exact_vector_sum.hpp"
#include "core/fixed_point.hpp"
#include "core/function_ref.hpp"
#include "objective/design.hpp"
#include "objective/passes.hpp"

namespace mpilogit::objective {

/// Collective. The global sums of what `body` puts into BlockSums, rounded once: the same bits for
/// every number of ranks and threads. `read`: the data set whose rows the body gets; null: it needs
/// none. Cost beside the body: one rounding per block and component; one allreduce of 8 bytes per
/// component and 568 per scalar.
core::ExactVectorSum exact_sum(const data::Dataset* read, std::span<const LocalBlock> blocks,
                               int threads, const comm::Communicator& communicator,
                               std::span<const core::FixedPoint> scales, std::size_t scalars,
                               core::FunctionRef<void(const LocalBlock&, BlockSums)> body);

}  // namespace mpilogit::objective
