#pragma once
// How far F may be above its minimum, from the gradient and a Hessian, without a penalty, too.

#include <optional>
#include <span>

#include "solvers/cholesky.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// An upper bound of F(w) − F* for logistic losses with or without a quadratic penalty, whose third
/// derivative along v is at most S F″, S = the largest change of a row's margin by v (Bach 2010,
/// "Self-concordant analysis for logistic regression"). With λ = √(gᵀH⁻¹g), κ the largest
/// √(xᵀH⁻¹x) of a row and a = κ λ < 1 it follows that
///     F(w) − F* ≤ ((1 − a) log(1 − a) + a) / κ² ≤ ½ λ² (1 + a / (3 (1 − a))),
/// half the squared Newton decrement and little more. κ is bounded by the columns' largest entries,
/// and H by that of `factor`, made at `factorised_at`: within a way that changes margins by S,
/// H changes by no more than e^S. The rounding of the gradient is in the bound.
///
/// Empty where the loss is not known to be such a one, the factor left something out, rounding
/// matters in it,
/// a ≥ ½, or there are more than 1,000 variables. Cost: n³/6 products, no pass.
std::optional<double> self_concordant_bound(const Objective& objective, const Point& point,
                                            const Cholesky& factor,
                                            std::span<const double> factorised_at);

}  // namespace mpilogit::solvers
