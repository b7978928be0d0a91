#pragma once
// Leverages, residuals and Cook's distances of the training rows, to a file.

#include <span>
#include <string>

#include "model/model.hpp"
#include "objective/logistic_objective.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::inference {

/// Writes HDF5, whole or not at all, by all ranks together: `leverage`, `pearson_residual`,
/// `deviance_residual`, `cooks_distance` (rows, float64) at `coefficients` (the objective's
/// dimension), which are those of `model`; two classes. The leverage is with the Hessian of
/// `objective`: under an L2 penalty that of the penalised information. Collective. Cost: a pass, a
/// Gram matrix, and two flops per entry of the rows and column of the information's root; 32 bytes
/// per local row.
void write_diagnostics(const std::string& path, const problem::TrainingSet& set,
                       const objective::LogisticObjective& objective,
                       std::span<const double> coefficients, const model::Model& model);

}  // namespace mpilogit::inference
