#pragma once
// Newton's direction where the Hessian alone is not enough for one.

#include <vector>

#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// −(H + damping · D)⁻¹ g with D the largest curvatures that the objective can have (or, where it
/// does not know them, those at the point). damping > 0: every variable takes part, also those
/// without curvature here. Between Newton's direction (damping small) and one of first order in
/// units of D; how far to go along it is for a line search to find. Cost: as of Newton's direction.
std::vector<double> damped_direction(const Objective& objective, const Point& point,
                                     double damping);

/// The damping of a run: how much, by how the steps with it went.
class Damping {
 public:
  bool on() const { return value_ > 0.0; }
  double value() const { return value_; }

  /// Begins, or goes on with more, for steps without or with less of it lead nowhere. False if
  /// there was as much as makes sense.
  bool raise();

  /// After a damped step of this length. `needed`: the Hessian still is not enough.
  void adapt(double step_length, bool needed);

  void visit(core::Archive& archive) { archive(value_); }

 private:
  double value_ = 0.0;
};

}  // namespace mpilogit::solvers
