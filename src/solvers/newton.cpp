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
constexpr int kFlatNewtonSteps = 2;
constexpr int kChordSteps = 2;                  // that should do
constexpr int kMostChordSteps = 4;              // where the last ones did less than those before
constexpr int kMostLinearSteps = 100;           // where the Hessian is only like it
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
  Sufficiency sufficiency() const;
  void learn_nonlinearity(const NewtonModel& model, const Step& step, double value_before);
  bool advance(const NewtonModel& model);
  void finish(const NewtonModel& model);
  double polished_gap() const;
  void begin_to_polish();
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
  std::int64_t iteration_ = 0;
  double step_length_ = 0.0;
  double gap_ = 0.0;
  int flat_steps_ = 0;
  StepOutcome outcome_ = StepOutcome::improved;
  double nonlinearity_ = 0.0;  // c in: gap after an exact step ≈ c · decrease²
  bool polishing_ = false;
  int chords_ = 0;
};

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
  archive(polishing_);
  archive(chords_);
  visit_point(archive, objective_, point_);
  direction_.visit(archive, objective_);
  objective_.visit_passes(archive);
}

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
  if (polishing_) {
    polish();
    return stop(StopReason::tolerance_reached);
  }
  while (true) {
    monitor_.boundary();
    const NewtonModel model = direction_.at(*point_, sufficiency());
    if (!report(relative(model.decrease))) return stop(StopReason::asked_to_stop);
    if (gap_ <= limits_.tolerance) {
      finish(model);
      return stop(StopReason::tolerance_reached);
    }
    if (flat_steps_ >= kFlatNewtonSteps) return stop(at_rounding_level(gap_));
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
  report(relative(direction_.with_last_factor(*point_).decrease));
  polishing_ = true;
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
    report(relative(model.decrease));
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
