#pragma once
// What train, path and cross-validate have in common on the command line.

#include <optional>
#include <string>

#include "model/model.hpp"
#include "problem/fit_options.hpp"
#include "fitting/path.hpp"
#include "running/timing.hpp"

#include "cli/options/arguments.hpp"

namespace mpilogit::cli {

workflow::DesignOptions design_from(const Arguments& arguments);
workflow::PenaltyOptions penalty_from(const Arguments& arguments);

/// --lambdas and --lambda-ratio.
workflow::LambdaGrid grid_from(const Arguments& arguments);

/// `needs_proximal`: there is an L1 penalty or a bound. Throws for options that are not for the
/// solver that this makes.
workflow::SolverOptions solver_from(const Arguments& arguments, bool needs_proximal);

/// --lower or --upper: bounds make the problem one for the proximal solvers.
bool bounded(const Arguments& arguments);

/// What a summary ends with: a straggler if there is one, the table if --timings asks for it.
std::string timing_texts(const Arguments& arguments, const workflow::Timing& timing);

/// "P(y = 1) against 0", or "26, softmax".
std::string describe_classes(const model::Model& model);

}  // namespace mpilogit::cli
