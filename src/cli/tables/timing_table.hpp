#pragma once
// Where the time of a run went, in words.

#include <string>

#include "running/timing.hpp"

namespace mpilogit::cli {

/// A line for the summary if one rank held up the others for long, else nothing.
std::string straggler_line(const running::Timing& timing);

/// What --timings prints: a row for each rank, of more than 64 one for each host; then where the
/// time of rank 0 went.
std::string timing_table(const running::Timing& timing);

}  // namespace mpilogit::cli
