#pragma once
// The residuals of all local rows at one point.

#include <vector>

#include "objective/point/logistic_point.hpp"

namespace mpilogit::objective {

/// s_i ∂ℓ_i/∂z_ik (local rows × columns). Cost: O(rows), no look at the data.
std::vector<double> residuals_at(const Problem& problem, const LogisticPoint& point);

}  // namespace mpilogit::objective
