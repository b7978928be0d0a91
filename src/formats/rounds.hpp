#pragma once
// Long work that ranks do each for itself, in step.

#include <cstdint>
#include <functional>

#include "comm/communicator.hpp"
#include "core/function_ref.hpp"

namespace mpilogit::formats {

/// What is done, and how much of how much: for a line of progress, on the root.
using Progress = std::function<void(const char* what, std::int64_t done, std::int64_t total)>;

/// Collective. Every rank calls `step`, which must not communicate, until that returns 0; what it
/// returns is how much it has done. After each step the ranks meet, so that nobody is silent for
/// long and all know how far they are together. If `step` throws on some ranks, the lower ones go
/// on to their ends, for theirs may be the earlier fault: then every rank throws what the lowest
/// that failed has thrown. As ranks hold the text in its order, that is its first fault, whatever
/// ranks there are.
void in_rounds(const comm::Communicator& communicator, core::FunctionRef<std::int64_t()> step,
               core::FunctionRef<void(std::int64_t done)> progress);

}  // namespace mpilogit::formats
