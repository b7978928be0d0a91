#pragma once
// The solvers by name: what each can do, and how it is run. A new solver is its two files in
// `solvers` and a row of the table in the source beside this header.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "objective/logistic_objective.hpp"
#include "problem/fit_options.hpp"
#include "problem/penalty.hpp"
#include "solvers/newton.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::problem {

/// What a solver is run on.
struct SolverInput {
  const solvers::Objective& objective;
  const objective::LogisticObjective* logistic;  ///< the same, for `any_objective` = false
  const solvers::L1AndBounds* l1_and_bounds;     ///< likewise for `takes_l1_and_bounds`
  const SolverOptions& options;
  const solvers::Start& start;
  solvers::Limits limits;
  double screening;  ///< of proximal newton, see fitting::solve
  solvers::Monitor monitor;
};

struct SolverEntry {
  std::string_view name;
  std::int64_t iterations;   ///< the limit where none is given
  bool takes_l1_and_bounds;  ///< `auto` takes the first that does, or the first that does not
  bool any_objective;        ///< any smooth objective, as Firth's is
  bool for_sequences;        ///< `path` and `cross-validate` take it, too
  bool exact_hessian;        ///< meets aliased columns, and profits from a start on samples
  solvers::Solution (*run)(const SolverInput& input);
};

/// In the order in which texts name them.
std::span<const SolverEntry> all_solvers();

/// The solver of that name, or the one that "auto" stands for. Throws bad input if it cannot take
/// L1 penalties and bounds but there are some.
const SolverEntry& find_solver(std::string_view name, bool l1_or_bounds);

/// "newton, lbfgs or sgd; with L1 or bounds proximal-newton or owlqn", of all or of those for
/// sequences.
std::string describe_solvers(bool sequences);

/// "100 for newton and sgd, 1000 for lbfgs": the limits of iterations.
std::string describe_iterations();

}  // namespace mpilogit::problem
