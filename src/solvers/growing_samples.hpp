#pragma once
// A start from parts of the data.

#include <vector>

#include "solvers/newton.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// A better start: Newton's method on samples of the data that grow, each from the last one's
/// solution and only as far as the sample's own error, which is about dimension / (2 rows), makes
/// it worth the while. `start` itself if the objective has no samples.
/// Cost: less than half a pass per iteration on the largest sample.
Start start_on_samples(const Objective& objective, std::vector<double> start, double tolerance);

}  // namespace mpilogit::solvers
