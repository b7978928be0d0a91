#pragma once
// One meaning of the tolerance for the solvers that know no Newton decrement.

#include <cstdint>

#include "solvers/objective.hpp"
#include "solvers/steps/newton_direction.hpp"

namespace mpilogit::solvers {

/// Scales a solver's own cheap estimate of F − F* so that it agrees with half the squared Newton
/// decrement where that was last computed. It is computed when the scaled estimate says that the
/// tolerance is reached, and only that figure decides; also now and then, so that progress is told
/// honestly. The passes for it never exceed about those of the solver itself.
class GapEstimate {
 public:
  struct Figure {
    double relative = 0.0;
    bool tolerance_reached = false;  ///< by the computed decrement
    bool contradicted =
        false;  ///< the cheap estimate said so, and was wrong by orders of magnitude
  };

  GapEstimate(const Objective& objective, double tolerance)
      : objective_(objective), newton_(objective), tolerance_(tolerance) {}

  /// As a part of a run's state.
  void visit(core::Archive& archive);

  /// `cheap` is in units of F. Cost: none, or a Newton direction.
  Figure at(const Point& point, double cheap);

  /// The relative gap by the Newton decrement, now. Cost: a Newton direction.
  double computed(const Point& point, double cheap);

 private:
  const Objective& objective_;
  NewtonDirection newton_;
  double tolerance_;
  double ratio_ = 1.0;
  std::int64_t not_before_ = 0;  // in passes: the last computation paid off by then
  std::int64_t at_latest_ = 50;  // in passes
};

}  // namespace mpilogit::solvers
