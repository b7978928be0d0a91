#pragma once
// The loop of the solvers that go from point to point by gradients.

#include <span>
#include <vector>

#include "solvers/objective.hpp"
#include "solvers/solver.hpp"
#include "solvers/steps/line_search.hpp"

namespace mpilogit::solvers {

/// What makes lbfgs lbfgs.
class DescentMethod {
 public:
  struct Direction {
    std::vector<double> step;  ///< −(approximate inverse Hessian) · gradient
    double decrease = 0.0;     ///< what it promises, ½ gᵀ(…)g: a cheap estimate of F − F*
  };

  virtual ~DescentMethod() = default;
  DescentMethod() = default;
  DescentMethod(const DescentMethod&) = delete;
  DescentMethod& operator=(const DescentMethod&) = delete;

  virtual Direction direction(const Point& point) = 0;
  virtual Step step(const Point& from, std::span<const double> direction) = 0;
  virtual void update(const Point& from, const Step& step) = 0;

  /// After a failed step: forgets what it learnt. False if there was nothing to reset.
  virtual bool reset() = 0;

  /// Whether to end as without progress where the gap as computed is another order of size than
  /// what the method believes: it does not see how the function bends.
  virtual bool ends_when_contradicted() const { return false; }

  /// What it learnt, as a part of a run's state.
  virtual void visit(core::Archive& archive) = 0;
};

/// Steps until the tolerance is reached by the meaning of GapEstimate, or as StopReason says.
Solution descend(const Objective& objective, std::span<const double> start, const Limits& limits,
                 Monitor monitor, DescentMethod& method);

}  // namespace mpilogit::solvers
