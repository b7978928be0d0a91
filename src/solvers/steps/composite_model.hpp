#pragma once
// The quadratic model of F with its kinks and box at one point, over a working set: what proximal
// Newton minimises, and what tells how far Φ may still fall.

#include <span>
#include <vector>

#include "core/archive.hpp"
#include "solvers/objective.hpp"
#include "solvers/steps/composite_point.hpp"
#include "solvers/steps/piecewise_quadratic.hpp"
#include "solvers/steps/working_set.hpp"

namespace mpilogit::solvers {

class CompositeModel {
 public:
  using Minimum = PiecewiseQuadratic::Minimum;

  CompositeModel(const Objective& objective, const L1AndBounds& l1_and_bounds);

  /// The Hessian at the point over the set, of which it must be affordable. Cost: that of the
  /// matrix.
  void take(const CompositePoint& point, WorkingSet set);

  const WorkingSet& working_set() const { return set_; }

  /// H + damping · D, with D_j the largest H_jj of all points so far. `value`: Φ, for the rounding.
  PiecewiseQuadratic quadratic(double damping, double value) const;

  /// From the point's coefficients with the point's gradient, which may be of another point than
  /// the Hessian.
  Minimum minimise(const PiecewiseQuadratic& quadratic, const CompositePoint& point,
                   int most_factorisations) const;

  /// What the model does not see: directions that its factorisation left out, and variables whose
  /// curvature has vanished. 0 if that is nothing beside the tolerance.
  double left_out(const Minimum& minimum, double tolerance, double value) const;

  /// What Φ may still fall by, relative to |Φ|: the model's decrease, what it left out, and ½ s²/D
  /// for every slope s that its minimum may leave, for where the weights of rows vanish, H is 0 up
  /// to rounding although F is not flat.
  double relative_gap(const Minimum& minimum, double tolerance, double value) const;

  /// The coefficients of the point, those of the working set as in the minimum.
  std::vector<double> target(const CompositePoint& point, const Minimum& minimum) const;

  /// D, which alone is kept from point to point.
  void visit(core::Archive& archive) { archive.exactly(curvatures_, objective_.dimension()); }

 private:
  bool vanished(std::size_t variable, double curvature) const;

  const Objective& objective_;
  const L1AndBounds& non_smooth_;
  std::vector<double> curvatures_;  // D; 0 where a variable was in no working set
  WorkingSet set_;
  SymmetricMatrix hessian_;  // over the working set
};

}  // namespace mpilogit::solvers
