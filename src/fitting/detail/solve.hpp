#pragma once
// From solver options to a solution.

#include <span>

#include "objective/logistic_objective.hpp"
#include "problem/fit_options.hpp"
#include "problem/penalty.hpp"
#include "solvers/newton.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::fitting {

/// Minimises from `start`. `screening`: proximal Newton starts
/// with the features whose gradient is at least so many times their L1 strength; 1: only those that
/// must move.
solvers::Solution solve(const objective::LogisticObjective& objective,
                        const problem::Penalty& penalty, const problem::SolverOptions& options,
                        const solvers::Start& start, double screening, solvers::Monitor monitor);

/// The solution, if F is a number there: what is none is no model, and must be neither shown nor
/// kept. Else throws bad input, agreed.
solvers::Solution finite(solvers::Solution solution);

/// Any smooth objective, also to where F is no number, by a solver that takes any.
solvers::Solution solve_smooth(const solvers::Objective& objective,
                               const problem::SolverOptions& options, const solvers::Start& start,
                               solvers::Monitor monitor);

/// With coefficients for every class, moving all classes' unpenalised coefficients of one feature
/// alike changes no probability: takes the solution whose sum over the classes is 0, for the
/// intercepts too.
void centre_classes(const objective::LogisticObjective& objective, const problem::Penalty& penalty,
                    std::span<double> coefficients);

/// λ1 Σ|w − c| at these coefficients.
double l1_penalty(const problem::Penalty& penalty, std::span<const double> coefficients);

}  // namespace mpilogit::fitting
