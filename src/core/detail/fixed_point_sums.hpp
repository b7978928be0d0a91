#pragma once
// The inner loop of the exact vector sum, in the widest instruction set.

#include <cstdint>
#include <span>

namespace mpilogit::core {

/// sums[j] += round(values[j] · scales[j]) as FixedPoint::to_integer rounds, the same on every
/// instruction set, and values[j] = 0. Tells whether all values were finite; a sum of others is any
/// integer. `scales` are powers of two. Cost: 16 bytes read and 16 written per component, which
/// are in cache.
bool add_rounded(std::span<double> values, std::span<const double> scales,
                 std::span<std::int64_t> sums);

}  // namespace mpilogit::core
