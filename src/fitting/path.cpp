#include "fitting/path.hpp"

#include "fitting/detail/path_fit.hpp"
#include "fitting/detail/solve.hpp"
#include "fitting/detail/training_run.hpp"
#include "fitting/fit.hpp"
#include "fitting/record.hpp"
#include "model/path_file.hpp"
#include "problem/solver_registry.hpp"

namespace mpilogit::fitting {

namespace {

constexpr std::size_t kFewestSteps = 5;  // before the path may end early
constexpr double kLeastGain = 1e-5;      // of the deviance explained, relative

void append_step(const PathFit& fit, const solvers::Solution& solution, double lambda,
                 double l1_ratio, std::int64_t passes, double null_loss, model::Path& path) {
  const problem::PenaltyStrength strength = strength_at(lambda, l1_ratio);
  path.lambda.push_back(lambda);
  path.l1.push_back(strength.l1);
  path.l2.push_back(strength.l2);
  path.objective.push_back(solution.objective);
  path.deviance_explained.push_back(1.0 - fit.log_loss() / null_loss);
  path.nonzeros.push_back(fit.nonzeros());
  path.data_passes.push_back(passes);
  append_coefficients(solution.coefficients, fit.columns(), path.coefficients, path.intercept);
}

// Empty while the path goes on.
std::string why_enough(const PathOptions& options, const model::Path& path) {
  const auto& explained = path.deviance_explained;
  if (explained.size() < kFewestSteps) return {};
  const double now = explained.back();
  if (now > options.enough_explained) return "the deviance is explained";
  if (now - explained[explained.size() - 2] < kLeastGain * now) return "nothing is gained any more";
  return {};
}

void visit_steps(core::Archive& archive, std::size_t coefficients, std::size_t intercepts,
                 PathResult& result) {
  model::Path& path = result.path;
  for (auto* of_steps : {&path.lambda, &path.l1, &path.l2, &path.objective,
                         &path.deviance_explained, &path.coefficients, &path.intercept}) {
    archive(*of_steps);
  }
  archive(path.nonzeros);
  archive(path.data_passes);
  archive.each(result.stop_reasons, [&](std::string& reason) { archive(reason); });
  archive(result.converged);
  const std::size_t steps = path.lambda.size();
  for (const auto* of_steps : {&path.l1, &path.l2, &path.objective, &path.deviance_explained}) {
    core::Archive::require(of_steps->size() == steps);
  }
  core::Archive::require(path.coefficients.size() == steps * coefficients &&
                         path.intercept.size() == steps * intercepts &&
                         path.nonzeros.size() == steps && path.data_passes.size() == steps &&
                         result.stop_reasons.size() == steps);
}

// Whether the step that begins now is one that was under way when its state was kept.
bool goes_on(const running::Checkpoints& checkpoints) {
  return checkpoints.keeper() != nullptr && checkpoints.keeper()->resuming();
}

// All steps, the first after a fit without the penalised features; those of the kept state are
// there.
void run_steps(const PathOptions& options, TrainingRun& run, const objective::DirectPasses& passes,
               PathFit& fit, PathObserver& observer, PathResult& result) {
  const problem::TrainingSet& set = run.set();
  running::Checkpoints& checkpoints = run.checkpoints();
  bool null_fitted = false;
  std::int64_t before = 0;  // the step: passes
  const auto visit = [&](core::Archive& archive) {
    archive(null_fitted);
    archive(before);
    run.clock().visit(archive);
    fit.visit(archive);
    visit_steps(archive, set.design.features() * fit.columns(), fit.columns(), result);
  };
  const solvers::StateFrame frame(checkpoints.keeper(), visit);
  if (!null_fitted) fit.fit_null();
  null_fitted = true;
  result.null_loss = fit.null_loss();
  result.ended = "at its end";
  const auto all = lambdas(options.grid, fit.largest_lambda(options.l1_ratio),
                           set.dataset.shape().rows, set.design.features());
  std::string why = why_enough(options, result.path);
  for (std::size_t s = result.path.lambda.size(); s < all.size() && why.empty(); ++s) {
    if (!goes_on(checkpoints)) before = passes.data_passes();
    const solvers::Solution& solution = fit.step(all[s], options.l1_ratio);
    append_step(fit, solution, all[s], options.l1_ratio, passes.data_passes() - before,
                result.null_loss, result.path);
    result.stop_reasons.emplace_back(solvers::to_string(solution.stop_reason));
    result.converged = result.converged && solvers::converged(solution.stop_reason);
    observer.step(result.path);
    why = why_enough(options, result.path);
  }
  if (!why.empty()) result.ended = why;
}

}  // namespace

PathResult path(const PathOptions& options, const comm::Communicator& communicator,
                PathObserver& observer) {
  TrainingRun run({options.origin,
                   options.design,
                   1,
                   options.penalty,
                   options.solver.tolerance,
                   std::nullopt,
                   options.checkpoint,
                   options.threads,
                   {options.model_path}},
                  communicator, observer);
  const problem::TrainingSet& set = run.set();
  observer.data_read(set.dataset, run.seconds_read());
  PathResult result;
  result.provenance = run.provenance();

  run.begin("training");
  const objective::DirectPasses passes(set.rows);
  const problem::PenaltyFactory penalties(options.penalty, set, set.targets.columns(), false,
                                          communicator);
  const bool proximal =
      options.l1_ratio > 0.0 || options.penalty.lower.given() || options.penalty.upper.given();
  result.solver = problem::find_solver(options.solver.name, proximal).name;
  PathFit fit(passes, set.targets, penalties, options.solver, run.checkpoints().keeper());
  result.path.model = model_frame(set, {}, options.penalty.standardize, result.solver);
  if (set.targets.classes > 2) result.path.model.objective = model::kSoftmax;
  run.checkpoints().run([&] { run_steps(options, run, passes, fit, observer, result); });
  set.frame.complete(result.path);
  result.shape = set.dataset.shape();
  result.data_passes = passes.data_passes();
  result.seconds_train = run.clock().seconds();
  run.describe(result);
  result.path.model.record = to_json(result);
  result.timing =
      run.save("writing the models", [&] { model::write_path(options.model_path, result.path); });
  result.seconds_total = run.seconds_total();
  return result;
}

}  // namespace mpilogit::fitting
