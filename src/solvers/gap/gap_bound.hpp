#pragma once
// An upper bound of F − F* that needs no curvature of the data.

#include <optional>

#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// A bound of Φ(w) − Φ* from the gradient alone, where the penalty and the box allow one: every
/// variable but the intercept has a quadratic part, a kink or two finite bounds. Empty otherwise;
/// of several intercepts too. Not relative. Up to rounding of the gradient.
///
/// F is convex and ≥ 0, so that for any 0 ≤ κ ≤ 1, u = w′ − w
///     Φ(w′) ≥ κ (F(w) + gᵀu + Σ ½ λ_j u_j²) + Σ l1_j |w′_j − centre_j|,
/// whose minimum over w′ is one of each variable alone. It is finite if κ |g_j| ≤ l1_j wherever
/// only a kink holds w_j: κ is chosen so (the scaled dual point of a duality gap). Without kinks
/// that is Σ g_j² / (2 λ_j).
///
/// The free intercept b is solved out first: along it |F‴| ≤ F″, so that with h = ∂²F/∂b² and
/// a = |∂F/∂b| / h < 1 its optimum is within T = −log(1 − a), what is gained by going there is at
/// most h (a + (1 − a) log(1 − a)), and ∂F/∂w_j changes by no more than T e^T h max|x_ij|.
///
/// Cost: O(dimension); the curvatures of the rows for h, no pass.
std::optional<double> gap_bound(const Objective& objective, const Point& point,
                                const NonSmooth& non_smooth);

}  // namespace mpilogit::solvers
