#include "fitting/cross_validate.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>

#include <fmt/format.h>

#include "core/error.hpp"
#include "fitting/detail/fold_scores.hpp"
#include "fitting/detail/folds.hpp"
#include "fitting/detail/path_fit.hpp"
#include "fitting/detail/solve.hpp"
#include "fitting/detail/training_run.hpp"
#include "fitting/fit.hpp"
#include "fitting/record.hpp"
#include "model/model_file.hpp"
#include "objective/lock_step.hpp"
#include "problem/solver_registry.hpp"

namespace mpilogit::fitting {

namespace {

/// The folds' models along one ratio's path.
struct FoldPaths {
  std::vector<FoldPath> coefficients;               // fold, step
  std::vector<std::vector<std::int64_t>> nonzeros;  // fold, step
  bool converged = true;
};

class CrossValidation {
 public:
  CrossValidation(const CrossValidateOptions& options, const problem::TrainingSet& set,
                  const comm::Communicator& communicator, running::Checkpoints& checkpoints)
      : options_(options),
        set_(set),
        communicator_(communicator),
        checkpoints_(checkpoints),
        penalties_(options.penalty, set, set.targets.columns(), false, communicator),
        fold_of_row_(assign_folds(set.dataset, options.folds, options.seed, communicator)),
        fold_weights_(weights_of_folds()) {
    require_classes_in_two_folds(set, fold_of_row_, communicator);
  }

  /// Goes on where `result` has candidates already. Keeps to the main run's states.
  void run(CrossValidateResult& result, const running::RunClock& clock,
           CrossValidateObserver& observer);

  std::vector<std::int64_t> fold_rows() const;

 private:
  std::vector<double> weights_of_folds() const;
  FoldPaths train(double l1_ratio, std::span<const double> lambdas, std::int64_t& data_passes);
  Candidate summarise(double l1_ratio, double lambda, std::vector<FoldScore> scores,
                      double nonzeros) const;

  const CrossValidateOptions& options_;
  const problem::TrainingSet& set_;
  const comm::Communicator& communicator_;
  running::Checkpoints& checkpoints_;
  problem::PenaltyFactory penalties_;
  std::vector<std::uint32_t> fold_of_row_;
  std::vector<double> fold_weights_;
};

// Sample weights of each fold's rows, exact but for one rounding.
std::vector<double> CrossValidation::weights_of_folds() const {
  objective::Targets by_fold = objective::targets_of(set_.dataset);
  by_fold.classes = options_.folds;
  data::ClassIndices folds;
  folds.append(fold_of_row_);
  by_fold.labels = {std::shared_ptr<void>(), &folds};
  by_fold.success_weight.clear();
  const auto weights =
      objective::class_totals(set_.dataset, by_fold, communicator_, set_.rows.threads);
  for (std::size_t f = 0; f < weights.size(); ++f) {
    if (weights[f] > 0.0) continue;
    throw core::agreed_bad_input({.what = fmt::format("fold {} has no rows of positive weight", f),
                                  .why = "its model could not be scored",
                                  .remedy = "Take fewer --folds"});
  }
  return weights;
}

// All folds walk down the path side by side, and every pass serves them all.
FoldPaths CrossValidation::train(double l1_ratio, std::span<const double> lambdas,
                                 std::int64_t& data_passes) {
  objective::LockStep lock_step(set_.rows, options_.folds);
  running::Checkpoints::Lanes lanes(checkpoints_, options_.folds);
  std::deque<PathFit> fits;
  for (std::size_t f = 0; f < options_.folds; ++f) {
    fits.emplace_back(
        lock_step.passes(f),
        objective::without_part(set_.targets, fold_of_row_, static_cast<std::uint32_t>(f)),
        penalties_, options_.solver, lanes.keeper(f));
  }
  FoldPaths paths;
  paths.coefficients.resize(options_.folds);
  paths.nonzeros.resize(options_.folds);
  std::vector<std::uint8_t> converged(options_.folds, 1);
  std::vector<std::function<void()>> tasks;
  for (std::size_t f = 0; f < options_.folds; ++f) {
    tasks.emplace_back([&, f] {
      FoldPath& steps = paths.coefficients[f];
      const auto visit = [&](core::Archive& archive) {
        archive.each(steps, [&](std::vector<double>& coefficients) {
          archive.exactly(coefficients, fits[f].dimension());
        });
        archive.exactly(paths.nonzeros[f], steps.size());
        core::Archive::require(steps.size() <= lambdas.size());
        archive(converged[f]);
        fits[f].visit(archive);
      };
      const solvers::StateFrame frame(lanes.keeper(f), visit);
      while (steps.size() < lambdas.size()) {
        const solvers::Solution& solution = fits[f].step(lambdas[steps.size()], l1_ratio);
        paths.nonzeros[f].push_back(fits[f].nonzeros());
        if (!solvers::converged(solution.stop_reason)) converged[f] = 0;
        steps.push_back(solution.coefficients);
      }
      lanes.finish(f);
    });
  }
  lock_step.run(tasks);
  data_passes += lock_step.read().data_passes(set_.rows.design.rows());
  paths.converged = std::all_of(converged.begin(), converged.end(), [](auto c) { return c != 0; });
  return paths;
}

// m = Σ_f W_f l_f / W; its standard error √(Σ_f (W_f / W) (l_f − m)² / (folds − 1)), as glmnet's.
Candidate CrossValidation::summarise(double l1_ratio, double lambda, std::vector<FoldScore> scores,
                                     double nonzeros) const {
  Candidate candidate;
  candidate.l1_ratio = l1_ratio;
  candidate.lambda = lambda;
  candidate.mean_nonzeros = nonzeros;
  double total = 0.0;
  double auc = 0.0;
  bool all_have_auc = true;
  for (const double weight : fold_weights_) total += weight;
  for (std::size_t f = 0; f < scores.size(); ++f) {
    const double share = fold_weights_[f] / total;
    candidate.mean_log_loss += share * scores[f].log_loss;
    candidate.mean_accuracy += share * scores[f].accuracy;
    all_have_auc = all_have_auc && scores[f].roc_auc;
    auc += share * scores[f].roc_auc.value_or(0.0);
  }
  double variance = 0.0;
  for (std::size_t f = 0; f < scores.size(); ++f) {
    const double distance = scores[f].log_loss - candidate.mean_log_loss;
    variance += fold_weights_[f] / total * distance * distance;
  }
  candidate.standard_error = std::sqrt(variance / static_cast<double>(scores.size() - 1));
  if (all_have_auc) candidate.mean_roc_auc = auc;
  candidate.folds = std::move(scores);
  return candidate;
}

void CrossValidation::run(CrossValidateResult& result, const running::RunClock& clock,
                          CrossValidateObserver& observer) {
  const objective::DirectPasses passes(set_.rows);
  PathFit all_rows(passes, set_.targets, penalties_, options_.solver, checkpoints_.keeper());
  bool null_fitted = false;
  std::size_t ratios_done = 0;
  const auto visit = [&](core::Archive& archive) {
    archive(null_fitted);
    archive(ratios_done);
    all_rows.visit(archive);
  };
  const solvers::StateFrame frame(checkpoints_.keeper(), visit);
  if (!null_fitted) {
    all_rows.fit_null();
    result.data_passes = passes.data_passes();
    null_fitted = true;
  }
  for (; ratios_done < options_.l1_ratios.size(); ++ratios_done) {
    const double l1_ratio = options_.l1_ratios[ratios_done];
    const std::vector<double> path = lambdas(options_.grid, all_rows.largest_lambda(l1_ratio),
                                             set_.dataset.shape().rows, set_.design.features());
    const FoldPaths folds = train(l1_ratio, path, result.data_passes);
    result.converged = result.converged && folds.converged;
    auto scores =
        score_folds(set_, fold_of_row_, folds.coefficients, set_.targets.columns(), communicator_);
    for (std::size_t s = 0; s < path.size(); ++s) {
      double nonzeros = 0.0;
      for (const auto& of_fold : folds.nonzeros) nonzeros += static_cast<double>(of_fold[s]);
      result.candidates.push_back(summarise(l1_ratio, path[s], std::move(scores[s]),
                                            nonzeros / static_cast<double>(options_.folds)));
    }
    observer.folds_done(l1_ratio, result.data_passes, clock.seconds());
  }
}

std::vector<std::int64_t> CrossValidation::fold_rows() const {
  std::vector<std::int64_t> rows(options_.folds, 0);
  for (const auto fold : fold_of_row_) ++rows[fold];
  communicator_.sum(rows);
  return rows;
}

void visit_candidates(core::Archive& archive, std::size_t folds, CrossValidateResult& result) {
  archive(result.converged);
  archive(result.data_passes);
  archive.each(result.candidates, [&](Candidate& candidate) {
    archive(candidate.l1_ratio);
    archive(candidate.lambda);
    archive(candidate.mean_log_loss);
    archive(candidate.standard_error);
    archive(candidate.mean_accuracy);
    archive(candidate.mean_roc_auc);
    archive(candidate.mean_nonzeros);
    archive.each(candidate.folds, [&](FoldScore& score) {
      archive(score.log_loss);
      archive(score.accuracy);
      archive(score.roc_auc);
    });
    core::Archive::require(!archive.reading() || candidate.folds.size() == folds);
  });
}

// λ descends within a ratio, so the first of equals is the strongest penalty.
void choose(Choice choice, CrossValidateResult& result) {
  const auto& candidates = result.candidates;
  const auto best = std::min_element(
      candidates.begin(), candidates.end(),
      [](const auto& a, const auto& b) { return a.mean_log_loss < b.mean_log_loss; });
  result.minimum = static_cast<std::size_t>(best - candidates.begin());
  const double enough = best->mean_log_loss + best->standard_error;
  const auto simplest = std::find_if(candidates.begin(), candidates.end(), [&](const auto& other) {
    return other.l1_ratio == best->l1_ratio && other.mean_log_loss <= enough;
  });
  result.one_standard_error = static_cast<std::size_t>(simplest - candidates.begin());
  result.chosen = choice == Choice::minimum ? result.minimum : result.one_standard_error;
}

TrainOptions refit_options(const CrossValidateOptions& options, const Candidate& chosen) {
  TrainOptions train;
  train.design = options.design;
  train.model_path = options.model_path;
  train.strength = strength_at(chosen.lambda, chosen.l1_ratio);
  train.penalty = options.penalty;
  train.solver = options.solver;
  train.threads = options.threads;
  return train;
}

// The folds, then the model of the chosen penalty on all rows.
void run_folds_and_refit(const CrossValidateOptions& options, TrainingRun& run,
                         CrossValidation& validation, const comm::Communicator& communicator,
                         CrossValidateObserver& observer, CrossValidateResult& result) {
  running::Checkpoints& checkpoints = run.checkpoints();
  running::RunClock& clock = run.clock();
  running::History history;
  bool folds_done = false;
  const auto visit = [&](core::Archive& archive) {
    clock.visit(archive);
    archive(folds_done);
    archive(result.seconds_folds);
    visit_candidates(archive, options.folds, result);
    core::Archive::require(!archive.reading() || !folds_done || !result.candidates.empty());
    history.visit(archive);
  };
  const solvers::StateFrame frame(checkpoints.keeper(), visit);
  if (!folds_done) {
    validation.run(result, clock, observer);
    result.seconds_folds = clock.seconds();
    folds_done = true;
  }
  choose(options.choice, result);
  run.phase().turn_to("training");
  const auto follow = [&](const solvers::Progress& progress) {
    history.add(progress, clock.seconds() - result.seconds_folds);
    observer.refit_progress(progress);
    return true;
  };
  fit(refit_options(options, result.candidates[result.chosen]), run.set(), communicator,
      checkpoints, {follow, checkpoints.keeper()}, result.refit);
  result.refit.seconds_train = clock.seconds() - result.seconds_folds;
  result.refit.history = history.entries();
}

}  // namespace

CrossValidateResult cross_validate(const CrossValidateOptions& options,
                                   const comm::Communicator& communicator,
                                   CrossValidateObserver& observer) {
  TrainingRun run({options.origin,
                   options.design,
                   options.folds,
                   options.penalty,
                   options.solver.tolerance,
                   std::nullopt,
                   options.checkpoint,
                   options.threads,
                   {options.model_path}},
                  communicator, observer);
  const problem::TrainingSet& set = run.set();
  observer.data_read(set.dataset, run.seconds_read());
  CrossValidateResult result;
  TrainResult& refit = result.refit;
  refit.provenance = run.provenance();
  for (const double ratio : options.l1_ratios) {
    problem::find_solver(options.solver.name, ratio > 0.0 || options.penalty.lower.given() ||
                                                  options.penalty.upper.given());
  }

  run.begin("cross-validation");
  CrossValidation validation(options, set, communicator, run.checkpoints());
  result.fold_rows = validation.fold_rows();
  run.checkpoints().run(
      [&] { run_folds_and_refit(options, run, validation, communicator, observer, result); });
  result.stratified = !options.design.source.groups;
  result.shape = set.dataset.shape();
  refit.traffic = communicator.traffic();
  run.describe(refit);
  result.ranks = refit.ranks;
  result.threads = refit.threads;
  result.seconds_read = refit.seconds_read;
  result.seconds_total = refit.seconds_total;
  refit.model.record = to_json(result);
  refit.timing =
      run.save("writing the model", [&] { model::write_model(options.model_path, refit.model); });
  return result;
}

}  // namespace mpilogit::fitting
