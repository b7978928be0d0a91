#pragma once
// The paper that standard output is.

#include <cstddef>
#include <optional>

namespace mpilogit::cli {

/// Columns of the terminal that standard output is (the variable COLUMNS, else what the terminal
/// says); nothing if it is none or does not say, as under mpirun.
std::optional<std::size_t> terminal_width();

}  // namespace mpilogit::cli
