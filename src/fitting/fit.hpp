#pragma once
// One problem, or one problem per class side by side, from options to a model.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "comm/communicator.hpp"
#include "fitting/train.hpp"
#include "model/model.hpp"
#include "problem/penalty.hpp"
#include "problem/training_set.hpp"
#include "running/checkpoints.hpp"

namespace mpilogit::fitting {

/// What `train` does after reading and before writing: fills the result's model, solution and
/// counts. `monitor` has the checkpoints' keeper. Collective.
void fit(const TrainOptions& options, const problem::TrainingSet& set,
         const comm::Communicator& communicator, running::Checkpoints& checkpoints,
         solvers::Monitor monitor, TrainResult& result);

/// What is read for these options.
problem::DesignOptions design_of(const TrainOptions& options);

/// Whether the run ended at its limit of iterations: then its last state in the solver is worth
/// more than its result, for with a higher limit it goes on from there.
inline bool may_go_on(const solvers::Solution& solution) {
  return solution.stop_reason == solvers::StopReason::iteration_limit;
}

/// Softmax without any penalty takes the first class as the reference: with coefficients for every
/// class they would not be determined.
bool needs_reference_class(const problem::TrainingSet& set, bool penalised);

/// A model with everything but its coefficients.
model::Model model_frame(const problem::TrainingSet& set, const problem::PenaltyStrength& strength,
                         bool standardized, std::string_view solver);

/// Margins of the model's raw form over the set's rows (local rows × rows of coefficients).
std::vector<double> raw_margins(const problem::TrainingSet& set, const model::Model& model);

/// Row-major, columns × features, and the intercepts, from the solvers' layout.
void append_coefficients(std::span<const double> solution, std::size_t columns,
                         std::vector<double>& coefficients, std::vector<double>& intercept);

}  // namespace mpilogit::fitting
