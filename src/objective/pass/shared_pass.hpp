#pragma once
// Several requests in one pass.

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "objective/passes.hpp"

namespace mpilogit::objective {

using Request = std::variant<const FusedPass*, const BlockSum*>;

/// Collective. The results of the requests, in their order. Requests over the same blocks share one
/// read of the rows and one allreduce. Adds what was read to `count`.
std::vector<PassResult> run_together(const SharedRows& rows, std::span<const Request> requests,
                                     ReadCount& count);

}  // namespace mpilogit::objective
