#pragma once
// What train, path and cross-validate have in common on the command line.

#include <optional>
#include <string>

#include "cli/options/arguments.hpp"
#include "fitting/path.hpp"
#include "model/model.hpp"
#include "problem/fit_options.hpp"
#include "running/timing.hpp"

namespace mpilogit::cli {

problem::DesignOptions design_from(const Arguments& arguments);
problem::PenaltyOptions penalty_from(const Arguments& arguments);

/// --lambdas and --lambda-ratio.
fitting::LambdaGrid grid_from(const Arguments& arguments);

/// `needs_proximal`: there is an L1 penalty or a bound. Throws for options that are not for the
/// solver that this makes.
problem::SolverOptions solver_from(const Arguments& arguments, bool needs_proximal);

/// --lower or --upper: bounds make the problem one for the proximal solvers.
bool bounded(const Arguments& arguments);

/// What a summary ends with: a straggler if there is one, the table if --timings asks for it.
std::string timing_texts(const Arguments& arguments, const running::Timing& timing);

/// "P(y = 1) against 0", or "26, softmax".
std::string describe_classes(const model::Model& model);

}  // namespace mpilogit::cli
