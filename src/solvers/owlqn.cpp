#include "solvers/owlqn.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "solvers/algebra/inverse_hessian.hpp"
#include "solvers/algebra/reduced_newton.hpp"
#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/gap/gap.hpp"
#include "solvers/gap/progress.hpp"
#include "solvers/proximal_newton.hpp"
#include "solvers/steps/composite_model.hpp"
#include "solvers/steps/composite_point.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kForcing = 0.1;
constexpr double kFirstOwlqnDamping = 1e-2;
constexpr double kLeastOwlqnDamping = 1e-12;
constexpr double kMostDampingToStop = 1e-5;
constexpr int kFlatOwlqnSteps = 3;
constexpr int kStepsToSettle = 3;
constexpr int kMostQuasiNewtonSteps = 10;
constexpr double kPolish = 0.01;
constexpr int kMostPolishes = 4;
constexpr int kMostFactorisationsToVerify = 1000;

// Where a step may lead, as a point in the box on the same side of every kink.
struct ProjectedStep {
  std::vector<double> target;
  double slope = 0.0;  // sᵀ (target − w): what Φ changes by at first
};

// What is known of where to go at one point.
struct Plan {
  std::vector<double> direction;
  double decrease = 0.0;  // estimates Φ − Φ*
  bool second_order = false;
};

class OwlqnRun {
 public:
  OwlqnRun(const Objective& objective, const L1AndBounds& l1_and_bounds, const Limits& limits,
           const OwlqnOptions& options, Monitor monitor)
      : objective_(objective),
        non_smooth_(l1_and_bounds),
        limits_(limits),
        monitor_(monitor),
        options_(options),
        memory_(options.memory) {}

  void begin(std::span<const double> start);
  Solution run();
  void visit(core::Archive& archive);

 private:
  Plan plan();
  Plan quasi_newton(const std::vector<bool>& free) const;
  Plan newton(const std::vector<bool>& free, double cheap);
  ProjectedStep aim(const std::vector<double>& direction) const;
  std::vector<double> steepest() const;
  bool advance(const Plan& plan);
  void adapt_damping(double length);
  void update(const CompositePoint& next);
  bool take(const std::vector<double>& direction, bool second_order);
  bool tolerance_reached(const Plan& plan);
  bool polished();
  std::optional<double> gap_by_matrix() const;
  Solution at_the_tolerance();
  Solution without_progress(StopReason reason);
  Solution finish_by_newton();
  bool report() {
    return monitor_(progress_at(objective_, point_, iteration_, gap_, step_length_));
  }
  double relative(double gap) const { return relative_gap(gap, point_.value); }
  Solution stop(StopReason reason) const {
    return solution_at(objective_, non_smooth_, point_, iteration_, gap_, reason);
  }

  const Objective& objective_;
  const L1AndBounds& non_smooth_;
  const Limits& limits_;
  Monitor monitor_;
  const OwlqnOptions& options_;
  std::size_t memory_;
  CompositePoint point_;
  std::vector<double> curvatures_;
  InverseHessian inverse_{memory_, {}};
  std::int64_t iteration_ = 0;
  double step_length_ = 0.0;
  double gap_ = 0.0;
  double ratio_ = 1.0;          // of Newton's decrease to the quasi-Newton one
  double smallest_ritz_ = 1.0;  // over all points so far
  double damping_ = kFirstOwlqnDamping;
  int flat_steps_ = 0;
  int steps_settled_ = 0;       // without a change of who active
  int quasi_newton_steps_ = 0;  // since the last second-order one
  bool reached_ = false;        // the tolerance was reached
  int polishes_ = 0;
  bool handed_over_ = false;    // to proximal_newton
  bool newton_worked_ = false;  // the last step was Newton's, whole
  StepOutcome outcome_ = StepOutcome::improved;
};

void OwlqnRun::begin(std::span<const double> start) {
  point_ = evaluate_composite(objective_, non_smooth_, into_box(non_smooth_, start));
  curvatures_ = curvatures_at(*point_.smooth, objective_.largest_curvature());
  inverse_ = InverseHessian(memory_, curvatures_);
}

void OwlqnRun::visit(core::Archive& archive) {
  archive.exactly(curvatures_, objective_.dimension());
  inverse_.visit(archive, objective_.dimension());
  archive(iteration_);
  archive(step_length_);
  archive(gap_);
  archive(ratio_);
  archive(smallest_ritz_);
  archive(damping_);
  archive(flat_steps_);
  archive(steps_settled_);
  archive(quasi_newton_steps_);
  archive(reached_);
  archive(polishes_);
  archive(newton_worked_);
  archive(handed_over_);
  visit_point(archive, objective_, non_smooth_, point_);
  objective_.visit_passes(archive);
}

// −H s on the free variables, with the limited-memory H. Its decrease is scaled to agree with
// Newton's where that was last known.
Plan OwlqnRun::quasi_newton(const std::vector<bool>& free) const {
  Plan result;
  result.direction.resize(free.size());
  inverse_.apply(point_.subgradient, result.direction);
  for (std::size_t j = 0; j < free.size(); ++j) {
    result.direction[j] = free[j] ? -result.direction[j] : 0.0;
  }
  result.decrease = -0.5 * dot(point_.subgradient, result.direction);
  return result;
}

// Cost: a pass for the diagonal, and those of conjugate gradients.
Plan OwlqnRun::newton(const std::vector<bool>& free, double cheap) {
  const double target = (reached_ ? kPolish : 1.0) * limits_.tolerance;
  const ForcingTerm forcing{kForcing, 0.0, target * std::abs(point_.value)};
  NewtonModel model = reduced_newton(point_, free, damping_, forcing, smallest_ritz_);
  smallest_ritz_ = std::min(smallest_ritz_, model.smallest_ritz);
  if (cheap > 0.0 && model.decrease > 0.0) ratio_ = model.decrease / cheap;
  return {std::move(model.direction), model.decrease, true};
}

// Newton's direction is worth its passes once it is settled who active, and where the tolerance may
// be reached; and now and then, for it settles that sooner on ill-conditioned problems.
Plan OwlqnRun::plan() {
  const auto free = free_variables(non_smooth_, point_);
  Plan result = quasi_newton(free);
  const double cheap = result.decrease;
  const bool maybe_done = relative(ratio_ * cheap) <= limits_.tolerance;
  if (maybe_done || reached_ || newton_worked_ || flat_steps_ >= kFlatOwlqnSteps ||
      steps_settled_ >= kStepsToSettle || quasi_newton_steps_ >= kMostQuasiNewtonSteps) {
    return newton(free, cheap);
  }
  result.decrease *= ratio_;
  return result;
}

// Every variable along the direction as far as its next rest; one at rest only downhill.
ProjectedStep OwlqnRun::aim(const std::vector<double>& direction) const {
  const auto w = point_.smooth->coefficients();
  ProjectedStep result{{w.begin(), w.end()}, 0.0};
  for (std::size_t j = 0; j < w.size(); ++j) {
    const double s = point_.subgradient[j];
    const Kink kink = kink_of(non_smooth_, j);
    if (direction[j] == 0.0 || (kink.active(w[j]) && direction[j] * s >= 0.0)) continue;
    result.target[j] = kink.first_stop(w[j], w[j] + direction[j]);
    result.slope += s * (result.target[j] - w[j]);
  }
  return result;
}

// −D⁻¹ s: each variable downhill.
std::vector<double> OwlqnRun::steepest() const {
  std::vector<double> direction(point_.subgradient);
  for (std::size_t j = 0; j < direction.size(); ++j) direction[j] /= -curvatures_[j];
  return direction;
}

// A step that had to be shortened ran away where H is nearly singular, or bent at too many active.
void OwlqnRun::adapt_damping(double length) {
  if (length < 1.0) {
    damping_ = std::min(10.0 * damping_, 1.0);
  } else {
    damping_ = std::max((steps_settled_ > 0 ? 0.01 : 0.5) * damping_, kLeastOwlqnDamping);
  }
}

void OwlqnRun::update(const CompositePoint& next) {
  std::vector<double> s(point_.subgradient.size());
  std::vector<double> y(s.size());
  for (std::size_t j = 0; j < s.size(); ++j) {
    s[j] = next.smooth->coefficients()[j] - point_.smooth->coefficients()[j];
    y[j] = next.smooth->gradient()[j] - point_.smooth->gradient()[j];
  }
  inverse_.update(std::move(s), std::move(y));
  const bool same = free_variables(non_smooth_, point_) == free_variables(non_smooth_, next);
  steps_settled_ = same ? steps_settled_ + 1 : 0;
}

bool OwlqnRun::take(const std::vector<double>& direction, bool second_order) {
  const ProjectedStep aimed = aim(direction);
  auto step = composite_search(objective_, non_smooth_, point_, aimed.target, aimed.slope);
  outcome_ = step.outcome;
  if (!step.point.smooth) return false;
  update(step.point);
  if (second_order) adapt_damping(step.length);
  quasi_newton_steps_ = second_order ? 0 : quasi_newton_steps_ + 1;
  newton_worked_ = second_order && step.length == 1.0;
  flat_steps_ = step.outcome == StepOutcome::flat ? flat_steps_ + 1 : 0;
  point_ = std::move(step.point);
  step_length_ = step.length;
  ++iteration_;
  return true;
}

bool OwlqnRun::advance(const Plan& plan) {
  if (take(plan.direction, plan.second_order)) return true;
  inverse_.reset();
  return take(steepest(), false);
}

// Φ only goes down, so that a gap once verified stays an upper one.
bool OwlqnRun::tolerance_reached(const Plan& plan) {
  const double figure = relative(plan.decrease);
  gap_ = reached_ ? std::min(gap_, figure) : figure;
  const bool trusted =
      plan.decrease == 0.0 || (plan.second_order && damping_ <= kMostDampingToStop);
  reached_ = reached_ || (trusted && gap_ <= limits_.tolerance);
  return reached_;
}

Solution OwlqnRun::run() {
  if (!is_finite(point_)) return stop(StopReason::no_progress);
  if (handed_over_) return finish_by_newton();
  while (true) {
    monitor_.boundary();
    const Plan next = plan();
    const bool reached = tolerance_reached(next);
    if (!report()) return stop(StopReason::asked_to_stop);
    const bool last = iteration_ >= limits_.max_iterations;
    const bool flat = next.second_order && flat_steps_ >= kFlatOwlqnSteps;
    if (reached && (last || flat || polished())) return at_the_tolerance();
    if (last) return stop(StopReason::iteration_limit);
    if (flat) return without_progress(at_rounding_level(gap_, limits_.tolerance));
    if (!advance(next)) {
      if (reached) return at_the_tolerance();
      return without_progress(outcome_ == StepOutcome::stuck
                                  ? at_rounding_level(gap_, limits_.tolerance)
                                  : StopReason::no_progress);
    }
  }
}

// The relative gap, verified by matrices; empty if those are not affordable. The model with its
// kinks knows what leaves its rest when others move: of softmax's classes a common shift changes
// only the penalty, and of two columns that are nearly one the penalty decides. Where it is nearly
// singular, Newton's decrement with products says what it left out. Cost: that of the matrix, of
// two where it is nearly singular.
std::optional<double> OwlqnRun::gap_by_matrix() const {
  const auto bound = gap_bound(objective_, *point_.smooth, non_smooth_);
  if (bound && relative(*bound) <= limits_.tolerance) return gap_;
  WorkingSet set = working_set_at(non_smooth_, point_);
  CompositeModel model(objective_, non_smooth_);
  double gap = gap_;
  bool doubtful = false;
  for (std::size_t known = 0; gap <= limits_.tolerance; known = set.variables.size()) {
    set = with_nearly_leaving(std::move(set), objective_, non_smooth_, point_,
                              gap * std::abs(point_.value));
    if (set.variables.size() == known) break;
    if (!objective_.hessian_affordable(set.variables)) return std::nullopt;
    model.take(point_, set);
    const auto minimum =
        model.minimise(model.quadratic(0.0, point_.value), point_, kMostFactorisationsToVerify);
    gap = model.relative_gap(minimum, limits_.tolerance, point_.value);
    doubtful = minimum.doubtful;
  }
  if (!doubtful || gap > limits_.tolerance) return gap;
  const NewtonModel newton = newton_over_free(objective_, non_smooth_, point_).model;
  return std::max(gap, relative(whole_decrease(newton, limits_.tolerance, point_.value)));
}

Solution OwlqnRun::at_the_tolerance() {
  const auto gap = gap_by_matrix();
  if (!gap || *gap <= limits_.tolerance) return stop(StopReason::tolerance_reached);
  gap_ = *gap;
  return without_progress(StopReason::no_progress);
}

Solution OwlqnRun::without_progress(StopReason reason) {
  if (outcome_ == StepOutcome::stuck || flat_steps_ >= kFlatOwlqnSteps) {
    if (const auto gap = gap_by_matrix()) {
      gap_ = *gap;
      reason = at_rounding_level(gap_, limits_.tolerance);
    }
  }
  if (converged(reason)) return stop(reason);
  const bool possible = options_.finished_by_newton && iteration_ < limits_.max_iterations;
  return possible ? finish_by_newton() : stop(StopReason::no_progress);
}

// Goes on with `proximal_newton` from here, counting on.
Solution OwlqnRun::finish_by_newton() {
  handed_over_ = true;
  const auto monitor = [&](const Progress& progress) {
    if (progress.iteration == 0) return true;
    Progress shifted = progress;
    shifted.iteration += iteration_;
    return monitor_(shifted);
  };
  Solution solution = proximal_newton(objective_, non_smooth_, point_.smooth->coefficients(),
                                      {limits_.tolerance, limits_.max_iterations - iteration_}, {},
                                      {monitor, monitor_.keeper()});
  solution.iterations += iteration_;
  return solution;
}

// Once the tolerance is reached, a few more of Newton's steps find out who active in the end.
bool OwlqnRun::polished() {
  const bool settled = gap_ <= kPolish * limits_.tolerance && steps_settled_ > 0;
  return settled || ++polishes_ > kMostPolishes;
}

}  // namespace

Solution owlqn(const Objective& objective, const L1AndBounds& l1_and_bounds,
               std::span<const double> start, const Limits& limits, const OwlqnOptions& options,
               Monitor monitor) {
  OwlqnRun run(objective, l1_and_bounds, limits, options, monitor);
  const auto visit = [&](core::Archive& archive) { run.visit(archive); };
  const StateFrame frame(monitor.keeper(), visit);
  if (!frame.resumed()) run.begin(start);
  return run.run();
}

}  // namespace mpilogit::solvers
