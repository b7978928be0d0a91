#pragma once
// The textbook's method: full gradient, one step.

#include <optional>
#include <span>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::solvers {

struct GradientDescentOptions {
  /// η of w −= η ∇F(w), > 0. Without it, a line search finds the step.
  std::optional<double> learning_rate;
};

/// Minimises from `start` (dimension). Not preconditioned: on columns of different scales it is
/// slow. With a fixed rate a step that makes F rise ends it (no_progress). Cost per iteration: one
/// pass, two where the line search changes the step; plus what confirms the tolerance at the end.
Solution gradient_descent(const Objective& objective, std::span<const double> start,
                          const Limits& limits, const GradientDescentOptions& options,
                          Monitor monitor);

}  // namespace mpilogit::solvers
