#pragma once
// Hands an objective to the solver that the options name.

#include "mpilogit/objective/logistic_objective.hpp"
#include "mpilogit/solvers/solver.hpp"
#include "mpilogit/workflow/train.hpp"

namespace mpilogit::workflow {

solvers::Solution solve(const objective::LogisticObjective& objective, const TrainOptions& options,
                        solvers::Monitor monitor);

}  // namespace mpilogit::workflow
