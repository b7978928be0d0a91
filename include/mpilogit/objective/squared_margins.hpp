#pragma once
// How far combinations of columns are from nothing.

#include <cstddef>
#include <span>
#include <vector>

#include "mpilogit/objective/logistic_objective.hpp"

namespace mpilogit::objective {

/// Collective. Σ_i s_i (x_i · d + d_intercept)² for each of the directions d ((features + 1) ×
/// `columns`, row-major, the intercept's last), from the rows themselves: what a Gram matrix loses
/// by cancellation is all there. Cost: one pass, as many multiplications per entry as directions.
std::vector<double> squared_margins(const LogisticObjective& objective,
                                    std::span<const double> directions, std::size_t columns);

}  // namespace mpilogit::objective
