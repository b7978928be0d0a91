#include "solvers/proximal_newton.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "solvers/algebra/conjugate_gradient.hpp"
#include "solvers/algebra/reduced_newton.hpp"
#include "solvers/gap/gap.hpp"
#include "solvers/gap/progress.hpp"
#include "solvers/owlqn.hpp"
#include "solvers/steps/composite_model.hpp"
#include "solvers/steps/composite_point.hpp"
#include "solvers/steps/piecewise_quadratic.hpp"
#include "solvers/steps/working_set.hpp"

namespace mpilogit::solvers {

namespace {

constexpr int kFactorisationsAtFirst = 30;
constexpr int kMostFactorisations = 1000;
constexpr double kFirstDamping = 1e-3;
constexpr double kLeastDamping = 1e-9;
constexpr double kShortStep = 0.25;
constexpr int kFlatProximalSteps = 2;
constexpr int kMostProximalChords = 2;
constexpr int kMostConfirmations = 4;

class ProximalNewtonRun {
 public:
  ProximalNewtonRun(const Objective& objective, const L1AndBounds& l1_and_bounds,
                    const Limits& limits, const ProximalNewtonOptions& options, Monitor monitor)
      : objective_(objective),
        non_smooth_(l1_and_bounds),
        limits_(limits),
        options_(options),
        monitor_(monitor),
        model_(objective, l1_and_bounds) {}

  void begin(std::span<const double> start) {
    point_ = evaluate_composite(objective_, non_smooth_, into_box(non_smooth_, start));
  }
  Solution run();
  void visit(core::Archive& archive);

 private:
  using Minimum = CompositeModel::Minimum;

  bool take_model();
  PiecewiseQuadratic quadratic() const { return model_.quadratic(damping_, point_.value); }
  Minimum minimise(const PiecewiseQuadratic& quadratic) const {
    return model_.minimise(quadratic, point_,
                           iteration_ == 0 ? kFactorisationsAtFirst : kMostFactorisations);
  }
  double estimated_gap(const Minimum& minimum) const {
    return model_.relative_gap(minimum, limits_.tolerance, point_.value);
  }
  double left_out(const Minimum& minimum) const {
    return model_.left_out(minimum, limits_.tolerance, point_.value);
  }
  void adapt_damping();
  bool advance(const Minimum& minimum);
  bool finish(const PiecewiseQuadratic& quadratic, const Minimum& minimum);
  void polish(const PiecewiseQuadratic& quadratic);
  bool optimal_outside() const;
  std::optional<StopReason> confirm();
  Solution hand_over();
  bool report(double gap);
  Solution stop(StopReason reason) const {
    return solution_at(objective_, non_smooth_, point_, iteration_, gap_, reason);
  }

  const Objective& objective_;
  const L1AndBounds& non_smooth_;
  const Limits& limits_;
  const ProximalNewtonOptions& options_;
  Monitor monitor_;
  CompositePoint point_;
  CompositeModel model_;
  double damping_ = 0.0;
  bool doubtful_ = false;       // some model's matrix was nearly singular
  bool needs_damping_ = false;  // the last model had directions without curvature
  std::int64_t iteration_ = 0;
  std::int64_t reported_ = -1;  // the last iteration that the monitor saw
  double step_length_ = 0.0;
  double gap_ = 0.0;
  int flat_steps_ = 0;
  StepOutcome outcome_ = StepOutcome::improved;
  int confirmations_ = 0;     // that the tolerance is reached
  bool handed_over_ = false;  // to owlqn
};

// The working set and its Hessian are chosen anew in every iteration.
void ProximalNewtonRun::visit(core::Archive& archive) {
  model_.visit(archive);
  archive(damping_);
  archive(needs_damping_);
  archive(doubtful_);
  archive(iteration_);
  archive(reported_);
  archive(step_length_);
  archive(gap_);
  archive(flat_steps_);
  archive(confirmations_);
  archive(handed_over_);
  visit_point(archive, objective_, non_smooth_, point_);
  objective_.visit_passes(archive);
}

bool ProximalNewtonRun::report(double gap) {
  gap_ = gap;
  if (reported_ == iteration_) return true;
  reported_ = iteration_;
  return monitor_(progress_at(objective_, point_, iteration_, gap_, step_length_));
}

// False if the Hessian over the working set is not affordable.
bool ProximalNewtonRun::take_model() {
  WorkingSet set = working_set_at(non_smooth_, point_);
  if (iteration_ == 0 && options_.screening < 1.0) {
    auto wider = with_screened(set, non_smooth_, point_, options_.screening);
    if (objective_.hessian_affordable(wider.variables)) set = std::move(wider);
  }
  if (!objective_.hessian_affordable(set.variables)) return false;
  model_.take(point_, std::move(set));
  return true;
}

// Far from the optimum the weights of many rows vanish, and H with them: the kinks then keep the
// model's minimum from running away no more, and steps become useless. Damping does.
void ProximalNewtonRun::adapt_damping() {
  if (step_length_ <= kShortStep) {
    damping_ = std::max(10.0 * damping_, kFirstDamping);
  } else if (step_length_ >= 1.0) {
    damping_ = damping_ > kLeastDamping ? 0.1 * damping_ : needs_damping_ ? kLeastDamping : 0.0;
  }
}

bool ProximalNewtonRun::advance(const Minimum& minimum) {
  auto step = composite_search(objective_, non_smooth_, point_, model_.target(point_, minimum),
                               minimum.slope, damping_ > 0.0 ? Reach::beyond : Reach::whole);
  outcome_ = step.outcome;
  if (!step.point.smooth) return false;
  flat_steps_ = step.outcome == StepOutcome::flat ? flat_steps_ + 1 : 0;
  point_ = std::move(step.point);
  step_length_ = step.length;
  adapt_damping();
  ++iteration_;
  return true;
}

Solution ProximalNewtonRun::run() {
  if (!is_finite(point_)) return stop(StopReason::no_progress);
  if (handed_over_) return hand_over();
  while (true) {
    monitor_.boundary();
    if (!take_model()) return hand_over();
    PiecewiseQuadratic quadratic = this->quadratic();
    Minimum minimum = minimise(quadratic);
    doubtful_ = doubtful_ || minimum.doubtful;
    const double damping = damping_;
    if (damping_ > 0.0 && estimated_gap(minimum) <= limits_.tolerance) {
      damping_ = 0.0;  // only the model itself can tell that
      quadratic = this->quadratic();
      minimum = minimise(quadratic);
    }
    if (damping_ == 0.0 && left_out(minimum) > 0.0 && estimated_gap(minimum) > limits_.tolerance) {
      damping_ = damping > 0.0 ? damping : kFirstDamping;  // the model itself leads nowhere
      needs_damping_ = true;
      quadratic = this->quadratic();
      minimum = minimise(quadratic);
    }
    doubtful_ = doubtful_ || minimum.doubtful;
    if (!report(estimated_gap(minimum))) return stop(StopReason::asked_to_stop);
    if (gap_ <= limits_.tolerance && model_.working_set().complete && minimum.exact) {
      const bool done = !finish(quadratic, minimum) || optimal_outside();
      if (!done && ++confirmations_ < kMostConfirmations) continue;
      const auto confirmed = confirm();
      if (confirmed) return stop(*confirmed);
      continue;
    }
    if (flat_steps_ >= kFlatProximalSteps) return stop(at_rounding_level(gap_, limits_.tolerance));
    if (iteration_ >= limits_.max_iterations) return stop(StopReason::iteration_limit);
    if (!advance(minimum)) {
      const bool optimum =
          outcome_ == StepOutcome::stuck && converged(at_rounding_level(gap_, limits_.tolerance));
      return optimum ? stop(StopReason::precision_reached) : hand_over();
    }
  }
}

// The step of the model that told that the tolerance is reached. False if none was made.
bool ProximalNewtonRun::finish(const PiecewiseQuadratic& quadratic, const Minimum& minimum) {
  if (iteration_ >= limits_.max_iterations || !advance(minimum)) return false;
  polish(quadratic);
  return true;
}

// Steps with the last matrix, a pass each, until the coefficients are as good as the objective: an
// error of e in them is one of e² in F.
void ProximalNewtonRun::polish(const PiecewiseQuadratic& quadratic) {
  Minimum minimum = minimise(quadratic);
  report(estimated_gap(minimum));
  const double enough = 1e-4 * limits_.tolerance * limits_.tolerance;
  for (int chord = 0; chord < kMostProximalChords; ++chord) {
    if (gap_ <= enough || iteration_ >= limits_.max_iterations) return;
    auto next = evaluate_composite(objective_, non_smooth_, model_.target(point_, minimum));
    if (!is_finite(next)) return;
    std::swap(point_, next);
    Minimum next_minimum = minimise(quadratic);
    const bool higher =
        point_.value > next.value && !equal_up_to_rounding(next.value, point_.value);
    if (higher || !(next_minimum.decrease < minimum.decrease)) {
      std::swap(point_, next);
      return;
    }
    minimum = std::move(next_minimum);
    step_length_ = 1.0;
    ++iteration_;
    report(estimated_gap(minimum));
  }
}

// Where columns are nearly one, the model's matrix is not enough to tell that the tolerance is
// reached. Newton's step over the free variables, completed by products, does; or it is taken, as
// far as the first rest of each variable, and there is no reason to stop.
std::optional<StopReason> ProximalNewtonRun::confirm() {
  if (!doubtful_) return StopReason::tolerance_reached;
  const auto bound = gap_bound(objective_, *point_.smooth, non_smooth_);
  if (bound && relative_gap(*bound, point_.value) <= limits_.tolerance) {
    return StopReason::tolerance_reached;
  }
  const FreeNewton newton = newton_over_free(objective_, non_smooth_, point_);
  gap_ = relative_gap(whole_decrease(newton.model, limits_.tolerance, point_.value), point_.value);
  if (gap_ <= limits_.tolerance) return StopReason::tolerance_reached;
  if (iteration_ >= limits_.max_iterations) return StopReason::iteration_limit;
  if (flat_steps_ >= kFlatProximalSteps) return StopReason::no_progress;
  const auto w = point_.smooth->coefficients();
  double slope = 0.0;
  std::vector<double> goal(w.begin(), w.end());
  for (std::size_t i = 0; i < newton.variables.size(); ++i) {
    const std::size_t j = newton.variables[i];
    goal[j] = kink_of(non_smooth_, j).first_stop(w[j], w[j] + newton.model.direction[i]);
    slope += point_.subgradient[j] * (goal[j] - w[j]);
  }
  auto taken = composite_search(objective_, non_smooth_, point_, goal, slope);
  if (!taken.point.smooth) return StopReason::no_progress;
  flat_steps_ = taken.outcome == StepOutcome::flat ? flat_steps_ + 1 : 0;
  point_ = std::move(taken.point);
  step_length_ = taken.length;
  ++iteration_;
  return std::nullopt;
}

// Whether the variables outside of the working set still satisfy their conditions, within what the
// coefficients are good for.
bool ProximalNewtonRun::optimal_outside() const {
  constexpr double kAccuracy = 1e-8;
  const auto gradient = point_.smooth->gradient();
  for (std::size_t j = 0; j < gradient.size(); ++j) {
    const double s = std::abs(point_.subgradient[j]);
    if (s > kAccuracy * (std::abs(gradient[j]) + non_smooth_.l1[j]) &&
        !model_.working_set().contains(j)) {
      return false;
    }
  }
  return true;
}

// Goes on with `owlqn` from here, counting on.
Solution ProximalNewtonRun::hand_over() {
  handed_over_ = true;
  const auto monitor = [&](const Progress& progress) {
    Progress shifted = progress;
    shifted.iteration += iteration_;
    if (progress.iteration == 0) {
      if (reported_ == iteration_) return true;
      shifted.step_length = step_length_;
    }
    return monitor_(shifted);
  };
  Solution solution = owlqn(objective_, non_smooth_, point_.smooth->coefficients(),
                            {limits_.tolerance, limits_.max_iterations - iteration_},
                            {.finished_by_newton = false}, {monitor, monitor_.keeper()});
  solution.iterations += iteration_;
  return solution;
}

}  // namespace

Solution proximal_newton(const Objective& objective, const L1AndBounds& l1_and_bounds,
                         std::span<const double> start, const Limits& limits,
                         const ProximalNewtonOptions& options, Monitor monitor) {
  ProximalNewtonRun run(objective, l1_and_bounds, limits, options, monitor);
  const auto visit = [&](core::Archive& archive) { run.visit(archive); };
  const StateFrame frame(monitor.keeper(), visit);
  if (!frame.resumed()) run.begin(start);
  return run.run();
}

}  // namespace mpilogit::solvers
