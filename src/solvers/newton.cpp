#include "mpilogit/solvers/newton.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "solvers/line_search.hpp"
#include "solvers/newton_direction.hpp"
#include "solvers/report.hpp"

namespace mpilogit::solvers {

namespace {

constexpr double kFirstForcing = 0.25;
constexpr double kLeastForcing = 1e-2;
constexpr int kFlatStepsToStop = 2;
constexpr int kChordSteps = 2;                  // that should do
constexpr int kMostChordSteps = 4;              // where the last ones did less than those before
constexpr int kMostLinearSteps = 100;           // where the Hessian is only like it
constexpr double kCoefficientTolerance = 1e-8;  // a larger one asks for the objective alone

class NewtonRun {
 public:
  NewtonRun(const Objective& objective, const Start& start, const Limits& limits, Monitor monitor)
      : objective_(objective),
        limits_(limits),
        monitor_(monitor),
        direction_(objective),
        point_(objective.evaluate(start.coefficients)),
        start_accepted_(!(point_->value() > start.acceptable)) {
    if (!start_accepted_) point_ = objective.evaluate(start.instead);
  }

  bool start_accepted() const { return start_accepted_; }

  Solution run();

 private:
  Sufficiency sufficiency() const;
  void learn_nonlinearity(const NewtonModel& model, const Step& step, double value_before);
  bool advance(const NewtonModel& model);
  void finish(const NewtonModel& model);
  void polish();
  bool report(double gap) {
    gap_ = gap;
    return monitor_(progress_at(objective_, *point_, iteration_, gap_, step_length_));
  }
  double relative(double gap) const { return relative_gap(gap, point_->value()); }
  Solution stop(StopReason reason) const { return solution_at(*point_, iteration_, gap_, reason); }

  const Objective& objective_;
  const Limits& limits_;
  Monitor monitor_;
  NewtonDirection direction_;
  std::unique_ptr<Point> point_;
  bool start_accepted_;
  std::int64_t iteration_ = 0;
  double step_length_ = 0.0;
  double gap_ = 0.0;
  int flat_steps_ = 0;
  StepOutcome outcome_ = StepOutcome::improved;
  double nonlinearity_ = 0.0;  // c in: gap after an exact step ≈ c · decrease²
};

// The forcing term. No use in solving the model better than it fits F: after an exact step the gap
// is about c Q² (Newton converges quadratically), with c as the last step showed it. Nor better
// than the tolerance asks.
Sufficiency NewtonRun::sufficiency() const {
  Sufficiency result;
  result.relative = iteration_ == 0 ? kFirstForcing : kLeastForcing;
  result.quadratic = nonlinearity_;
  result.target = limits_.tolerance * std::abs(point_->value());
  return result;
}

// F(w + d) = F − Q (1 + θ): θ ∝ √Q is what the third derivative adds, so θ²/Q stays constant near
// the optimum, and the gap after the step is about θ² Q.
void NewtonRun::learn_nonlinearity(const NewtonModel& model, const Step& step,
                                   double value_before) {
  if (step.length != 1.0 || !(model.decrease > 0.0)) {
    nonlinearity_ = 0.25 / model.decrease;
    return;
  }
  const double theta = (value_before - step.point->value()) / model.decrease - 1.0;
  nonlinearity_ = theta * theta / model.decrease;
}

bool NewtonRun::advance(const NewtonModel& model) {
  Step step = line_search(objective_, *point_, model.direction);
  outcome_ = step.outcome;
  if (!step.point) return false;
  learn_nonlinearity(model, step, point_->value());
  flat_steps_ = step.outcome == StepOutcome::flat ? flat_steps_ + 1 : 0;
  point_ = std::move(step.point);
  step_length_ = step.length;
  ++iteration_;
  return true;
}

Solution NewtonRun::run() {
  if (!is_finite(*point_)) return stop(StopReason::no_progress);
  while (true) {
    const NewtonModel model = direction_.at(*point_, sufficiency());
    if (!report(relative(model.decrease))) return stop(StopReason::asked_to_stop);
    if (gap_ <= limits_.tolerance) {
      finish(model);
      return stop(StopReason::tolerance_reached);
    }
    if (flat_steps_ >= kFlatStepsToStop) return stop(at_rounding_level(gap_));
    if (iteration_ >= limits_.max_iterations) return stop(StopReason::iteration_limit);
    if (!advance(model)) {
      return stop(outcome_ == StepOutcome::stuck ? at_rounding_level(gap_)
                                                 : StopReason::no_progress);
    }
  }
}

// The step of the model that told that the tolerance is reached.
void NewtonRun::finish(const NewtonModel& model) {
  if (limits_.tolerance > kCoefficientTolerance) return;
  if (iteration_ >= limits_.max_iterations || !advance(model)) return;
  if (direction_.direct()) {
    polish();
  } else {
    report(gap_);  // as verified one step before
  }
}

// Chord steps: Newton's with the last factor, a pass each. An error of e in the coefficients is one
// of e² in F, so that only a gap near tolerance² makes the coefficients as good as the objective.
void NewtonRun::polish() {
  const double enough = 1e-4 * limits_.tolerance * limits_.tolerance;
  if (!direction_.chords_reach(enough * std::abs(point_->value()), kChordSteps)) {
    direction_.refresh(*point_);
  }
  NewtonModel model = direction_.with_last_factor(*point_);
  report(relative(model.decrease));
  const int most = objective_.hessian_complete() ? kMostChordSteps : kMostLinearSteps;
  for (int chord = 0; chord < most; ++chord) {
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
    report(relative(model.decrease));
  }
}

}  // namespace

Solution newton(const Objective& objective, const Start& start, const Limits& limits,
                Monitor monitor) {
  return NewtonRun(objective, start, limits, monitor).run();
}

std::optional<Start> newton_start(const Objective& sample, const Start& start,
                                  const Limits& limits) {
  NewtonRun run(sample, start, limits, [](const Progress&) { return true; });
  if (!run.start_accepted()) return std::nullopt;
  Solution solution = run.run();
  if (!std::isfinite(solution.objective)) return std::nullopt;
  return Start{std::move(solution.coefficients), solution.objective, {}};
}

}  // namespace mpilogit::solvers
