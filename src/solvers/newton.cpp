#include "solvers/newton.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "solvers/algebra/vector_algebra.hpp"
#include "solvers/gap/progress.hpp"
#include "solvers/steps/damped_newton.hpp"
#include "solvers/steps/line_search.hpp"
#include "solvers/steps/newton_direction.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kFirstForcing = 0.25;
constexpr double kLeastForcing = 1e-2;
constexpr int kFlatNewtonSteps = 2;
constexpr int kChordSteps = 2;                  // that should do
constexpr int kMostChordSteps = 4;              // where the last ones did less than those before
constexpr int kMostLinearSteps = 100;           // where the Hessian is only like it
constexpr double kUselessStep = 1e-3;           // of the model's
constexpr double kRoundingCanExplain = 1e-6;    // a gap where no step changes F
constexpr double kCoefficientTolerance = 1e-8;  // a larger one asks for the objective alone

class NewtonRun {
 public:
  NewtonRun(const Objective& objective, const Limits& limits, Monitor monitor)
      : objective_(objective), limits_(limits), monitor_(monitor), direction_(objective) {}

  /// False if the start was not acceptable, and it begins at the other one.
  bool begin(const Start& start);

  Solution run();

  void visit(core::Archive& archive);

 private:
  ForcingTerm forcing() const;
  void learn_nonlinearity(double decrease, const Step& step, double value_before);
  bool advance(const std::vector<double>& direction, double decrease);
  bool advance_somehow(const NewtonModel& model);
  bool advance_damped(bool needed);
  void finish(const NewtonModel& model);
  double polished_gap() const;
  void begin_to_polish();
  void polish();
  bool report(double gap) {
    gap_ = gap;
    return monitor_(progress_at(objective_, *point_, iteration_, gap_, step_length_));
  }
  double relative(const NewtonModel& model) const {
    return relative_gap(whole_decrease(model, limits_.tolerance, point_->value()), point_->value());
  }
  bool sees_all(const NewtonModel& model) const {
    return whole_decrease(model, limits_.tolerance, point_->value()) == model.decrease;
  }
  Solution stop_at_rounding_level() const {
    return stop(at_rounding_level(gap_, limits_.tolerance));
  }
  Solution stop(StopReason reason) const;

  const Objective& objective_;
  const Limits& limits_;
  Monitor monitor_;
  NewtonDirection direction_;
  std::unique_ptr<Point> point_;
  std::int64_t iteration_ = 0;
  double step_length_ = 0.0;
  double gap_ = 0.0;
  int flat_steps_ = 0;
  StepOutcome outcome_ = StepOutcome::improved;
  double nonlinearity_ = 0.0;  // c in: gap after an exact step ≈ c · decrease²
  Damping damping_;
  bool polishing_ = false;
  int chords_ = 0;
};

// With the smaller of the two bounds that there may be.
Solution NewtonRun::stop(StopReason reason) const {
  Solution solution = solution_at(objective_, *point_, iteration_, gap_, reason);
  if (!converged(reason) || solution.bounded(limits_.tolerance)) return solution;
  const auto bound = direction_.bound(*point_);
  if (!bound) return solution;
  const double relative = relative_gap(*bound, point_->value());
  solution.gap_bound = std::min(solution.gap_bound.value_or(relative), relative);
  return solution;
}

bool NewtonRun::begin(const Start& start) {
  point_ = objective_.evaluate(start.coefficients);
  const bool accepted = !(point_->value() > start.acceptable);
  if (!accepted) point_ = objective_.evaluate(start.instead);
  return accepted;
}

void NewtonRun::visit(core::Archive& archive) {
  archive(iteration_);
  archive(step_length_);
  archive(gap_);
  archive(flat_steps_);
  archive(nonlinearity_);
  damping_.visit(archive);
  archive(polishing_);
  archive(chords_);
  visit_point(archive, objective_, point_);
  direction_.visit(archive, objective_);
  objective_.visit_passes(archive);
}

// The forcing term. No use in solving the model better than it fits F: after an exact step the gap
// is about c Q² (Newton converges quadratically), with c as the last step showed it. Nor better
// than the tolerance asks.
ForcingTerm NewtonRun::forcing() const {
  ForcingTerm result;
  result.relative = iteration_ == 0 ? kFirstForcing : kLeastForcing;
  result.quadratic = nonlinearity_;
  result.target = limits_.tolerance * std::abs(point_->value());
  return result;
}

// F(w + d) = F − Q (1 + θ): θ ∝ √Q is what the third derivative adds, so θ²/Q stays constant near
// the optimum, and the gap after the step is about θ² Q.
void NewtonRun::learn_nonlinearity(double decrease, const Step& step, double value_before) {
  if (step.length != 1.0 || !(decrease > 0.0)) {
    nonlinearity_ = 0.25 / decrease;
    return;
  }
  const double theta = (value_before - step.point->value()) / decrease - 1.0;
  nonlinearity_ = theta * theta / decrease;
}

bool NewtonRun::advance(const std::vector<double>& direction, double decrease) {
  Step step = line_search(objective_, *point_, direction);
  outcome_ = step.outcome;
  if (!step.point) return false;
  learn_nonlinearity(decrease, step, point_->value());
  flat_steps_ = step.outcome == StepOutcome::flat ? flat_steps_ + 1 : 0;
  point_ = std::move(step.point);
  step_length_ = step.length;
  ++iteration_;
  return true;
}

// Newton's step where the model knows of all that the gradient says. Where curvature has vanished
// (all margins far out) or two columns are nearly one, or where steps of the model lead nowhere, a
// damped one.
bool NewtonRun::advance_somehow(const NewtonModel& model) {
  const bool needed = !sees_all(model);
  if (!needed && !damping_.on()) {
    if (advance(model.direction, model.decrease)) {
      if (step_length_ <= kUselessStep) damping_.raise();
      return true;
    }
    const bool at_optimum = gap_ <= kRoundingCanExplain;
    if (outcome_ == StepOutcome::stuck && at_optimum) return false;
  }
  return advance_damped(needed);
}

bool NewtonRun::advance_damped(bool needed) {
  if (!damping_.on()) damping_.raise();
  do {
    const auto direction = damped_direction(objective_, *point_, damping_.value());
    if (advance(direction, -0.5 * dot(point_->gradient(), direction))) {
      damping_.adapt(step_length_, needed);
      return true;
    }
  } while (outcome_ != StepOutcome::stuck && damping_.raise());
  return false;
}

Solution NewtonRun::run() {
  if (!is_finite(*point_)) return stop(StopReason::no_progress);
  if (polishing_) {
    polish();
    if (gap_ <= limits_.tolerance) return stop(StopReason::tolerance_reached);
    polishing_ = false;
  }
  while (true) {
    monitor_.boundary();
    const NewtonModel model = direction_.at(*point_, forcing());
    if (!report(relative(model))) return stop(StopReason::asked_to_stop);
    if (gap_ <= limits_.tolerance) {
      finish(model);
      if (gap_ <= limits_.tolerance) return stop(StopReason::tolerance_reached);
      polishing_ = false;
      continue;
    }
    if (flat_steps_ >= kFlatNewtonSteps) return stop_at_rounding_level();
    if (iteration_ >= limits_.max_iterations) return stop(StopReason::iteration_limit);
    if (!advance_somehow(model)) {
      return outcome_ == StepOutcome::stuck ? stop_at_rounding_level()
                                            : stop(StopReason::no_progress);
    }
  }
}

// The step of the model that told that the tolerance is reached.
void NewtonRun::finish(const NewtonModel& model) {
  if (limits_.tolerance > kCoefficientTolerance) return;
  if (iteration_ >= limits_.max_iterations || !advance(model.direction, model.decrease)) {
    return;
  }
  if (direction_.direct()) {
    begin_to_polish();
    polish();
  } else {
    report(gap_);  // as verified one step before
  }
}

// An error of e in the coefficients is one of e² in F, so that only a gap near tolerance² makes the
// coefficients as good as the objective.
double NewtonRun::polished_gap() const {
  return 1e-4 * limits_.tolerance * limits_.tolerance;
}

void NewtonRun::begin_to_polish() {
  if (!direction_.chords_reach(polished_gap() * std::abs(point_->value()), kChordSteps)) {
    direction_.refresh(*point_);
  }
  report(relative(direction_.with_last_factor(*point_)));
  polishing_ = true;
  chords_ = 0;
}

// Chord steps: Newton's with the last factor, a pass each.
void NewtonRun::polish() {
  const double enough = polished_gap();
  NewtonModel model = direction_.with_last_factor(*point_);
  const int most = objective_.hessian_complete() ? kMostChordSteps : kMostLinearSteps;
  for (; chords_ < most; ++chords_) {
    monitor_.boundary();
    if (gap_ <= enough || iteration_ >= limits_.max_iterations) return;
    auto next = evaluate_along(objective_, *point_, model.direction, 1.0);
    if (!is_finite(*next)) return;
    NewtonModel next_model = direction_.with_last_factor(*next);
    const bool higher =
        next->value() > point_->value() && !equal_up_to_rounding(point_->value(), next->value());
    if (higher || !(next_model.decrease < model.decrease)) return;
    point_ = std::move(next);
    model = std::move(next_model);
    step_length_ = 1.0;
    ++iteration_;
    report(relative(model));
  }
}

}  // namespace

Solution newton(const Objective& objective, const Start& start, const Limits& limits,
                Monitor monitor) {
  NewtonRun run(objective, limits, monitor);
  const auto visit = [&](core::Archive& archive) { run.visit(archive); };
  const StateFrame frame(monitor.keeper(), visit);
  if (!frame.resumed()) run.begin(start);
  return run.run();
}

std::optional<Start> newton_start(const Objective& sample, const Start& start,
                                  const Limits& limits) {
  const auto report = [](const Progress&) { return true; };
  NewtonRun run(sample, limits, report);
  if (!run.begin(start)) return std::nullopt;
  Solution solution = run.run();
  if (!std::isfinite(solution.objective)) return std::nullopt;
  return Start{std::move(solution.coefficients), solution.objective, {}};
}

}  // namespace mpilogit::solvers
