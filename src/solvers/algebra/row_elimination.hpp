#pragma once
// The inner loop of a factorisation, in the widest instruction set.

#include <array>
#include <cstddef>

namespace mpilogit::solvers {

/// Rows that are taken together.
constexpr std::size_t kEliminatedRows = 4;

/// y −= f_p x_p for one row p after the other, each product and difference rounded on its own: the
/// same bits on every instruction set. Cost: 2 flops per element and row, for one read of y.
void subtract_rows(const std::array<double, kEliminatedRows>& factors,
                   const std::array<const double*, kEliminatedRows>& rows, double* y,
                   std::size_t size);

}  // namespace mpilogit::solvers
