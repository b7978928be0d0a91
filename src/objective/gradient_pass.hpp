#pragma once
// The pass that training consists of: losses, residuals and their weighted row sum.

#include <span>

#include "problem.hpp"

namespace mpilogit::objective {

/// Collective. Over the given local blocks: vector Σ_i s_i (σ(z_i) − y_i) x_ij with the intercept's
/// sum last, and scalar 0 Σ_i s_i ℓ_i. Stores the margins z_i into `margins` (local rows) unless
/// that is empty. Cost: one read of the blocks, an allreduce of 8 (features + 1) bytes and one
/// scalar.
core::ExactVectorSum gradient_pass(const Problem& problem, std::span<const LocalBlock> blocks,
                                   std::span<const double> coefficients, std::span<double> margins);

}  // namespace mpilogit::objective
