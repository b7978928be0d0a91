#pragma once
// What is wrong with a fit that has no finite or no unique optimum, by the names of columns.

#include <vector>

#include "objective/logistic_objective.hpp"
#include "inference/diagnosis.hpp"

namespace mpilogit::workflow {

/// Of an unpenalised fit of `objective` (over these passes and targets) that ended at
/// `coefficients`, in the solvers' layout; those of aliased columns are made 0, as in R, without a
/// change of any margin. `suspicious`: look for rank and
/// separation even where nothing points to them. Examines nothing where Hessian matrices are not
/// affordable. Collective. Cost: a read of the rows; where something points to a fault, a Gram
/// matrix and a few Newton steps.
Diagnosis diagnose(const objective::Passes& passes, const objective::Targets& targets,
                   const objective::LogisticObjective& objective, bool suspicious,
                   std::vector<double>& coefficients);

}  // namespace mpilogit::workflow
