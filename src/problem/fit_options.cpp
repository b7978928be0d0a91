#include "problem/fit_options.hpp"

#include "core/error.hpp"

namespace mpilogit::problem {

std::string to_string(SolverKind kind) {
  switch (kind) {
    case SolverKind::automatic:
      return "auto";
    case SolverKind::newton:
      return "newton";
    case SolverKind::lbfgs:
      return "lbfgs";
    case SolverKind::gradient_descent:
      return "gradient-descent";
    case SolverKind::sgd:
      return "sgd";
    case SolverKind::proximal_newton:
      return "proximal-newton";
    case SolverKind::owlqn:
      return "owlqn";
  }
  throw core::internal_failure("unknown solver");
}

SolverKind resolve(SolverKind kind, bool needs_proximal) {
  if (kind == SolverKind::automatic) {
    return needs_proximal ? SolverKind::proximal_newton : SolverKind::newton;
  }
  const bool proximal = kind == SolverKind::proximal_newton || kind == SolverKind::owlqn;
  if (needs_proximal && !proximal) {
    throw core::bad_input(
        {.what = "--solver " + to_string(kind) + " can take no L1 penalty and no bounds",
         .where = {},
         .why = "it needs a smooth objective",
         .remedy = "Choose proximal-newton or owlqn, or leave --solver away"})
        .as_agreed();
  }
  return kind;
}

}  // namespace mpilogit::problem
