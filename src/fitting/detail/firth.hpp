#pragma once
// Firth's penalised likelihood, from options to coefficients.

#include <optional>
#include <vector>

#include "fitting/train.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::fitting {

/// Fills the result's solution, coefficients and counts. `start`: (features + 1), or where solvers
/// begin. Collective. Throws bad input, the same on all ranks, unless there are two classes and a
/// matrix over all features fits.
void fit_firth(const TrainOptions& options, const problem::TrainingSet& set,
               std::optional<std::vector<double>> start, solvers::Monitor monitor,
               TrainResult& result);

/// Throws bad input, agreed, if a square matrix over all features does not fit on every rank.
/// `option`: what needs it.
void require_matrix_fits(const problem::TrainingSet& set, const std::string& option);

/// Throws bad input, agreed, unless there are two classes.
void require_two_classes(const problem::TrainingSet& set, const std::string& option);

}  // namespace mpilogit::fitting
