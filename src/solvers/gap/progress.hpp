#pragma once
// What every solver tells: progress to the monitor, and the solution at the end.

#include <cstdint>
#include <memory>
#include <vector>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

/// gap / |F|; 0 for no gap at all, even where F is 0.
double relative_gap(double gap, double objective);

Progress progress_at(const Objective& objective, const Point& point, std::int64_t iteration,
                     double estimated_gap, double step_length);

/// About what the rounding of sums leaves in each component of the gradient where F has this value;
/// empty if the objective does not know how large its columns are.
std::vector<double> gradient_rounding(const Objective& objective, double value);

/// Why to stop when steps no longer change F beyond rounding: that is the optimum if the gap is
/// within the tolerance or F's own rounding, else it is a method too slow or a problem too
/// ill-conditioned for it.
StopReason at_rounding_level(double estimated_gap, double tolerance);

/// The point as a part of a run's state: its coefficients, from which it is evaluated anew.
void visit_point(core::Archive& archive, const Objective& objective, std::unique_ptr<Point>& point);

/// With the bound of the gap, if it converged and has one (gap_bound.hpp).
Solution solution_at(const Objective& objective, const Point& point, std::int64_t iterations,
                     double estimated_gap, StopReason reason);

}  // namespace mpilogit::solvers
