#pragma once
// Penalties and boxes on the problems of problems.hpp, and what is true of any solution.

#include <string>

#include "solvers/problems.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers::testing {

/// No penalty, no bounds.
L1AndBounds nothing(std::size_t dimension);

/// The same l1 for all variables but the last `intercepts`.
L1AndBounds lasso(std::size_t dimension, double l1, std::size_t intercepts = 1);

/// Φ(w) from the definition.
double composite_value(const Function& function, const L1AndBounds& l1_and_bounds, const Vector& w);

/// How steeply Φ falls from w in the worst direction along one variable that stays in the box: 0 at
/// the optimum. From one-sided derivatives; ∞ if w is outside the box.
double steepest_fall(const Function& function, const L1AndBounds& l1_and_bounds, const Vector& w);

/// The minimum of a convex function of up to 3 variables inside [-radius, radius]^n by nested
/// ternary searches.
double brute_force_minimum(const std::function<double(const Vector&)>& function, std::size_t n,
                           double radius);

/// "proximal_newton" or "owlqn", with their default options.
Solution solve_non_smooth(const std::string& solver, const Objective& objective,
                          const L1AndBounds& l1_and_bounds, const Vector& start,
                          const Limits& limits, Monitor monitor);

/// Logistic regression on 80 rows, of which columns 0 and 1 tell, and the others are noise; column
/// `features` is the intercept's.
Function noisy_regression(std::size_t features, double l2 = 0.0);

}  // namespace mpilogit::solvers::testing
