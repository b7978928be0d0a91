#pragma once
// One problem, or one problem per class side by side, from options to a model.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "comm/communicator.hpp"
#include "model/model.hpp"
#include "fitting/train.hpp"

#include "running/checkpoints.hpp"
#include "problem/regularisation.hpp"
#include "problem/training_set.hpp"

namespace mpilogit::workflow {

/// What `train` does after reading and before writing: fills the report's model, solution and
/// counts. `monitor` has the checkpoints' keeper. Collective.
void fit(const TrainOptions& options, const TrainingSet& set,
         const comm::Communicator& communicator, Checkpoints& checkpoints, solvers::Monitor monitor,
         TrainReport& report);

/// What is read for these options.
DesignOptions design_of(const TrainOptions& options);

/// Whether the run ended at its limit of iterations: then its last state in the solver is worth
/// more than its result, for with a higher limit it goes on from there.
inline bool may_go_on(const solvers::Solution& solution) {
  return solution.stop_reason == solvers::StopReason::iteration_limit;
}

/// Whether F is the same in two forms of one model, within the tolerance: that a column is left out
/// because others hold it must not change it.
inline bool same_fit(double one, double other, double tolerance) {
  constexpr double kLeastTolerance = 1e-9;
  constexpr double kSmallLoss = 1e-3;
  return std::fabs(one - other) <=
         std::max(tolerance, kLeastTolerance) * (std::fabs(other) + kSmallLoss);
}

/// Softmax without any penalty takes the first class as the reference: with coefficients for every
/// class they would not be determined.
bool needs_reference_class(const TrainingSet& set, bool penalised);

/// A model with everything but its coefficients.
model::Model model_frame(const TrainingSet& set, const Strength& strength, bool standardized,
                         SolverKind solver);

/// Margins of the model's raw form over the set's rows (local rows × rows of coefficients).
std::vector<double> raw_margins(const TrainingSet& set, const model::Model& model);

/// Row-major, columns × features, and the intercepts, from the solvers' layout.
void append_coefficients(std::span<const double> solution, std::size_t columns,
                         std::vector<double>& coefficients, std::vector<double>& intercept);

}  // namespace mpilogit::workflow
