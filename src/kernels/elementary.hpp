#pragma once
// exp and log1p of our own: those of the C library differ between CPUs and versions.

#include <span>

namespace mpilogit::kernels {

// Sums, products, quotients and shifts of integers only, products and sums fused where the
// instruction set can: all that fuse give the same bits, and the loops over rows give those of
// these functions.

/// e^(−x) for x ≥ 0 (also +∞: 0; NaN: NaN). Error below 1 unit in the last
/// place where the result is a normal number; results below 2^-1022 are 0.
double exp_of_minus(double x);

/// log(1 + x) for 0 ≤ x ≤ 1 (NaN: NaN). Error below 1 unit in the last place.
double log_of_one_plus(double x);

/// log x for finite x ≥ 2^-1022 (NaN: NaN). Error below 1 unit in the last place, 2 near x = 1.
double log_of(double x);

/// The same of every value, in place: e^(−x), x ≥ 0, and log(1 + x) for any finite x ≥ 0. Value by
/// value the bits that one alone has.
void exps_of_minus(std::span<double> values);
void logs_of_one_plus_any(std::span<double> values);

}  // namespace mpilogit::kernels
