#pragma once
// The loops that define the kernels' results, as plainly as they can be written: the tests' oracle.

#include <span>

#include "kernels/rows.hpp"

namespace mpilogit::kernels::reference {

/// Entry (row, feature) of any rows, widened to double. Sparse rows are searched: slow.
double entry(const AnyRows& rows, std::size_t row, std::size_t feature);

void add_margins(const AnyRows& rows, std::span<const double> coefficients,
                 std::span<double> margins);
void add_weighted_rows(const AnyRows& rows, std::span<const double> factors,
                       std::span<double> sums);
void add_weighted_gram(const AnyRows& rows, std::span<const double> curvatures,
                       std::span<double> triangle);

}  // namespace mpilogit::kernels::reference
