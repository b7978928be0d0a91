#pragma once
// How long the name of a class may be.

#include <cstddef>

namespace mpilogit::core {

/// In bytes. Predictions hold the name of a class for every row: with names of megabytes a small
/// model would fill a disk.
inline constexpr std::size_t kLongestLabel = 4096;

}  // namespace mpilogit::core
