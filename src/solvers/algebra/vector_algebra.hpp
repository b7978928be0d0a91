#pragma once
// Vectors of coefficients, replicated on every rank. Each sum runs in ascending order, so that all
// ranks (and all machines) get the same bits.

#include <span>

namespace mpilogit::solvers {

/// Σ_j a_j b_j. Both (dimension).
double dot(std::span<const double> a, std::span<const double> b);

/// y += factor · x. Both (dimension).
void add_scaled(double factor, std::span<const double> x, std::span<double> y);

/// max_j |x_j|; NaN if any x_j is; 0 of nothing.
double largest_magnitude(std::span<const double> x);

/// False if any x_j is infinite or NaN.
bool all_finite(std::span<const double> x);

}  // namespace mpilogit::solvers
