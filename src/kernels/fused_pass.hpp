#pragma once
// The one loop that training consists of: margins, a function of them, and the weighted row sum,
// while the rows are in cache.

#include <cstddef>
#include <span>

#include "core/function_ref.hpp"
#include "kernels/rows.hpp"

namespace mpilogit::kernels {

/// Changes the margins of rows first … first + n − 1 of the block in place; n × columns of them,
/// row by row.
using RowTransform = core::FunctionRef<void(std::size_t first, std::span<double> margins)>;

// For all of them: entries, coefficients and factors are finite. Then a stored zero changes
// nothing, and dense and sparse rows of any type give the same bits (0 · ∞ would not). Several
// columns (classes, or folds of a cross-validation) share one read of the rows, and column k has
// the bits that it would have alone: coefficients and sums are features × columns, margins and
// factors rows × columns, all row-major.

/// margins[i, k] += Σ_j x_ij w[j, k]   (accumulates onto what is there, e.g. intercept + offset)
/// Order: ascending j; product and sum are rounded once (fused) where the instruction set can.
void add_margins(const AnyRows& rows, std::span<const double> coefficients, std::size_t columns,
                 std::span<double> margins);

/// sums[j, k] += Σ_i f[i, k] x_ij   (accumulates). Order: ascending i, fused likewise.
void add_weighted_rows(const AnyRows& rows, std::span<const double> factors, std::size_t columns,
                       std::span<double> sums);

/// For tiles of rows, in order: `start` sets the margins, `add_margins` adds to them, `transform`
/// makes them factors, and `add_weighted_rows` adds to `sums`. The tiles' lengths depend on the
/// rows' shape and storage, the results do not: the two functions must not depend on them either.
/// Cost: one read of the rows, 4 flops per entry and column.
void fused_pass(const AnyRows& rows, std::span<const double> coefficients, std::size_t columns,
                RowTransform start, RowTransform transform, std::span<double> sums);

}  // namespace mpilogit::kernels
