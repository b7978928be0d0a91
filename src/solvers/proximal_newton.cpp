#include "mpilogit/solvers/proximal_newton.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "mpilogit/solvers/owlqn.hpp"

#include "solvers/composite_search.hpp"
#include "solvers/conjugate_gradient.hpp"
#include "solvers/gap_bound.hpp"
#include "solvers/non_smooth.hpp"
#include "solvers/piecewise_quadratic.hpp"
#include "solvers/reduced_newton.hpp"
#include "solvers/report.hpp"
#include "solvers/working_set.hpp"

namespace mpilogit::solvers {

namespace {

constexpr int kFactorisationsAtFirst = 30;
constexpr int kMostFactorisations = 1000;
constexpr double kFirstDamping = 1e-3;
constexpr double kLeastDamping = 1e-9;
constexpr double kVanished = 0x1p-50;  // of the largest curvature: rounding
constexpr double kShortStep = 0.25;
constexpr int kFlatProximalSteps = 2;
constexpr int kMostProximalChords = 2;
constexpr int kMostConfirmations = 4;

class ProximalNewtonRun {
 public:
  ProximalNewtonRun(const Objective& objective, const NonSmooth& non_smooth, const Limits& limits,
                    const ProximalNewtonOptions& options, Monitor monitor)
      : objective_(objective),
        non_smooth_(non_smooth),
        limits_(limits),
        options_(options),
        monitor_(monitor),
        curvatures_(objective.dimension(), 0.0) {}

  void begin(std::span<const double> start) {
    point_ = evaluate_composite(objective_, non_smooth_, into_box(non_smooth_, start));
  }
  Solution run();
  void visit(core::Archive& archive);

 private:
  using Minimum = PiecewiseQuadratic::Minimum;

  bool choose_working_set();
  void take_hessian();
  PiecewiseQuadratic model() const;
  Minimum minimise(const PiecewiseQuadratic& model) const;
  double estimated_gap(const Minimum& minimum) const;
  std::vector<double> target(const Minimum& minimum) const;
  void adapt_damping();
  bool advance(const Minimum& minimum);
  bool finish(const PiecewiseQuadratic& model, const Minimum& minimum);
  void polish(const PiecewiseQuadratic& model);
  bool optimal_outside() const;
  std::optional<StopReason> confirm();
  Solution hand_over();
  bool report(double gap);
  Solution stop(StopReason reason) const {
    return solution_at(objective_, non_smooth_, point_, iteration_, gap_, reason);
  }

  const Objective& objective_;
  const NonSmooth& non_smooth_;
  const Limits& limits_;
  const ProximalNewtonOptions& options_;
  Monitor monitor_;
  CompositePoint point_;
  double left_out(const Minimum& minimum) const;
  bool vanished(std::size_t variable, double curvature) const;

  std::vector<double> curvatures_;  // the largest ∂²F/∂w_j² seen, where j was in a working set
  WorkingSet set_;
  SymmetricMatrix hessian_;  // at the point, over the working set
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
  archive(curvatures_);
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

// False if its Hessian is not affordable.
bool ProximalNewtonRun::choose_working_set() {
  set_ = working_set_at(non_smooth_, point_);
  if (iteration_ == 0 && options_.screening < 1.0) {
    auto wider = with_screened(set_, non_smooth_, point_, options_.screening);
    if (objective_.hessian_affordable(wider.variables)) set_ = std::move(wider);
  }
  return objective_.hessian_affordable(set_.variables);
}

// Where F does not change when a feature's coefficients move alike in all classes (`common` is 0,
// and they are free), the model gets a curvature along that direction: of all its minima the one
// that leaves their mean as it is. `variables`: ascending.
void keep_means(std::span<const std::size_t> variables, std::span<const Kink> kinks,
                std::span<const double> common, std::size_t classes, SymmetricMatrix& hessian) {
  for (std::size_t first = 0; first + classes <= variables.size();) {
    const std::size_t feature = variables[first] / classes;
    const bool whole =
        variables[first] % classes == 0 && variables[first + classes - 1] / classes == feature;
    const auto own = kinks.subspan(first, whole ? classes : 0);
    const bool free = whole && common[feature] == 0.0 &&
                      std::all_of(own.begin(), own.end(), [](const Kink& k) { return k.smooth(); });
    if (!free) {
      ++first;
      continue;
    }
    double curvature = 0.0;
    for (std::size_t k = first; k < first + classes; ++k) curvature += hessian(k, k);
    curvature /= static_cast<double>(classes * classes);
    for (std::size_t k = first; k < first + classes; ++k) {
      for (std::size_t l = first; l <= k; ++l) hessian(k, l) += curvature;
    }
    first += classes;
  }
}

bool ProximalNewtonRun::vanished(std::size_t variable, double curvature) const {
  const auto largest = objective_.largest_curvature();
  return !largest.empty() && curvature < kVanished * largest[variable];
}

// H + damping · D over the working set, with D_j the largest H_jj so far; where that is nothing but
// rounding, the largest there can be.
void ProximalNewtonRun::take_hessian() {
  hessian_ = point_.smooth->hessian_matrix(set_.variables);
  for (std::size_t i = 0; i < set_.variables.size(); ++i) {
    const std::size_t variable = set_.variables[i];
    double& largest = curvatures_[variable];
    largest = std::max(largest, hessian_(i, i));
    if (!vanished(variable, hessian_(i, i))) continue;
    largest = std::max(largest, objective_.largest_curvature()[variable]);
    for (std::size_t k = 0; k < set_.variables.size(); ++k) {
      hessian_(std::max(i, k), std::min(i, k)) = 0.0;
    }
  }
}

PiecewiseQuadratic ProximalNewtonRun::model() const {
  const std::vector<std::size_t>& variables = set_.variables;
  const std::vector<double> of_all = gradient_rounding(objective_, point_.value);
  std::vector<Kink> kinks;
  std::vector<double> rounding;
  kinks.reserve(variables.size());
  for (const std::size_t j : variables) {
    kinks.push_back(kink_of(non_smooth_, j));
    if (!of_all.empty()) rounding.push_back(of_all[j]);
  }
  SymmetricMatrix hessian = hessian_;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    hessian(i, i) += damping_ * curvatures_[variables[i]];
  }
  const auto first = std::lower_bound(variables.begin(), variables.end(),
                                      objective_.dimension() - objective_.classes());
  const auto intercepts = static_cast<std::size_t>(first - variables.begin());
  const auto common = objective_.common_curvature();
  if (!common.empty()) keep_means(variables, kinks, common, objective_.classes(), hessian);
  return {hessian, std::move(kinks), intercepts, std::move(rounding)};
}

ProximalNewtonRun::Minimum ProximalNewtonRun::minimise(const PiecewiseQuadratic& model) const {
  const auto coefficients = point_.smooth->coefficients();
  const auto gradient = point_.smooth->gradient();
  std::vector<double> w;
  std::vector<double> g;
  for (const std::size_t j : set_.variables) {
    w.push_back(coefficients[j]);
    g.push_back(gradient[j]);
  }
  return model.minimise(w, g, iteration_ == 0 ? kFactorisationsAtFirst : kMostFactorisations);
}

// What the model does not see: directions that its factorisation left out, and variables whose
// curvature has vanished. 0 if that is nothing beside the tolerance.
double ProximalNewtonRun::left_out(const Minimum& minimum) const {
  NewtonModel model;
  model.left_out = minimum.left_out;
  for (std::size_t i = 0; i < set_.variables.size(); ++i) {
    const std::size_t variable = set_.variables[i];
    const double s = minimum.slopes_left[i];
    if (s == 0.0 || !vanished(variable, hessian_(i, i))) continue;
    model.left_out += 0.5 * s * s / (kVanished * objective_.largest_curvature()[variable]);
  }
  return whole_decrease(model, limits_.tolerance, point_.value);
}

// The model's decrease, and ½ s²/D for every slope s that its minimum may leave: where the weights
// of rows vanish, H is 0 up to rounding although F is not flat. Relative to |Φ|.
double ProximalNewtonRun::estimated_gap(const Minimum& minimum) const {
  double gap = minimum.decrease + left_out(minimum);
  for (std::size_t i = 0; i < set_.variables.size(); ++i) {
    const double s = minimum.slopes_left[i];
    if (s != 0.0) gap += 0.5 * s * s / curvatures_[set_.variables[i]];
  }
  return relative_gap(gap, point_.value);
}

std::vector<double> ProximalNewtonRun::target(const Minimum& minimum) const {
  const auto coefficients = point_.smooth->coefficients();
  std::vector<double> w(coefficients.begin(), coefficients.end());
  for (std::size_t i = 0; i < set_.variables.size(); ++i) w[set_.variables[i]] = minimum.x[i];
  return w;
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
  auto step = composite_search(objective_, non_smooth_, point_, target(minimum), minimum.slope,
                               damping_ > 0.0 ? Reach::beyond : Reach::whole);
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
    if (!choose_working_set()) return hand_over();
    take_hessian();
    PiecewiseQuadratic quadratic = model();
    Minimum minimum = minimise(quadratic);
    doubtful_ = doubtful_ || minimum.doubtful;
    const double damping = damping_;
    if (damping_ > 0.0 && estimated_gap(minimum) <= limits_.tolerance) {
      damping_ = 0.0;  // only the model itself can tell that
      quadratic = model();
      minimum = minimise(quadratic);
    }
    if (damping_ == 0.0 && left_out(minimum) > 0.0 && estimated_gap(minimum) > limits_.tolerance) {
      damping_ = damping > 0.0 ? damping : kFirstDamping;  // the model itself leads nowhere
      needs_damping_ = true;
      quadratic = model();
      minimum = minimise(quadratic);
    }
    doubtful_ = doubtful_ || minimum.doubtful;
    if (!report(estimated_gap(minimum))) return stop(StopReason::asked_to_stop);
    if (gap_ <= limits_.tolerance && set_.complete && minimum.exact) {
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
bool ProximalNewtonRun::finish(const PiecewiseQuadratic& model, const Minimum& minimum) {
  if (iteration_ >= limits_.max_iterations || !advance(minimum)) return false;
  polish(model);
  return true;
}

// Steps with the last matrix, a pass each, until the coefficients are as good as the objective: an
// error of e in them is one of e² in F.
void ProximalNewtonRun::polish(const PiecewiseQuadratic& model) {
  Minimum minimum = minimise(model);
  report(estimated_gap(minimum));
  const double enough = 1e-4 * limits_.tolerance * limits_.tolerance;
  for (int chord = 0; chord < kMostProximalChords; ++chord) {
    if (gap_ <= enough || iteration_ >= limits_.max_iterations) return;
    auto next = evaluate_composite(objective_, non_smooth_, target(minimum));
    if (!is_finite(next)) return;
    std::swap(point_, next);
    Minimum next_minimum = minimise(model);
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
  const auto w = point_.smooth->coefficients();
  const auto free = free_variables(non_smooth_, point_);
  std::vector<std::size_t> variables;
  std::vector<double> slopes;
  for (std::size_t j = 0; j < free.size(); ++j) {
    if (!free[j]) continue;
    variables.push_back(j);
    slopes.push_back(point_.subgradient[j]);
  }
  if (variables.empty()) return StopReason::tolerance_reached;
  const NewtonModel newton = restricted_newton(objective_, *point_.smooth, variables, slopes);
  gap_ = relative_gap(whole_decrease(newton, limits_.tolerance, point_.value), point_.value);
  if (gap_ <= limits_.tolerance) return StopReason::tolerance_reached;
  if (iteration_ >= limits_.max_iterations) return StopReason::iteration_limit;
  if (flat_steps_ >= kFlatProximalSteps) return StopReason::no_progress;
  double slope = 0.0;
  std::vector<double> goal(w.begin(), w.end());
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const std::size_t j = variables[i];
    goal[j] = kink_of(non_smooth_, j).first_stop(w[j], w[j] + newton.direction[i]);
    slope += slopes[i] * (goal[j] - w[j]);
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
    if (s > kAccuracy * (std::abs(gradient[j]) + non_smooth_.l1[j]) && !set_.contains(j)) {
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

Solution proximal_newton(const Objective& objective, const NonSmooth& non_smooth,
                         std::span<const double> start, const Limits& limits,
                         const ProximalNewtonOptions& options, Monitor monitor) {
  ProximalNewtonRun run(objective, non_smooth, limits, options, monitor);
  const auto visit = [&](core::Archive& archive) { run.visit(archive); };
  const StateFrame frame(monitor.keeper(), visit);
  if (!frame.resumed()) run.begin(start);
  return run.run();
}

}  // namespace mpilogit::solvers
