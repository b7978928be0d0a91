#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/options/checkpoint_arguments.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/fit_arguments.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/options/table_arguments.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "fitting/cross_validate.hpp"
#include "fitting/record.hpp"

namespace mpilogit::cli {

namespace {

fitting::Choice choice_from(const Arguments& arguments) {
  using enum fitting::Choice;
  return arguments.choice<fitting::Choice>("choose",
                                           {{"min", minimum}, {"1se", one_standard_error}});
}

fitting::CrossValidateOptions options_from(const Arguments& arguments, int automatic_threads) {
  constexpr std::int64_t kMostFolds = 1000;
  fitting::CrossValidateOptions options;
  options.origin = origin_of(arguments);
  options.model_path = arguments.required("model");
  options.design = design_from(arguments);
  options.folds = static_cast<std::size_t>(arguments.integer("folds", 2, kMostFolds));
  if (arguments.given("groups") && arguments.given("seed")) {
    refuse_usage(&arguments.command(), "--seed has no effect with --groups");
  }
  options.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0));
  options.grid = grid_from(arguments);
  options.l1_ratios = arguments.shares("alpha");
  options.penalty = penalty_from(arguments);
  bool proximal = bounded(arguments);
  for (const double ratio : options.l1_ratios) proximal = proximal || ratio > 0.0;
  options.solver = solver_from(arguments, proximal);
  options.choice = choice_from(arguments);
  options.threads = threads_from(arguments, automatic_threads);
  options.checkpoint = checkpoint_from(arguments);
  return options;
}

class CrossValidateLines final : public TellsOfCheckpoints<fitting::CrossValidateObserver> {
 public:
  using TellsOfCheckpoints::TellsOfCheckpoints;

  void data_read(const data::Dataset& dataset, double seconds) override {
    output().remark(describe_reading(dataset.shape(), seconds));
    output().tell_notes(dataset.shape());
    output().print_memory_split(dataset.memory_split());
  }
  void folds_done(double l1_ratio, std::int64_t data_passes, double seconds) override {
    output().remark(fmt::format("alpha {:g}: all folds trained and scored, {} passes, {:.2f} s",
                                l1_ratio, data_passes, seconds));
  }
  void refit_progress(const solvers::Progress&) override {}
};

std::string table(const fitting::CrossValidateResult& outcome) {
  std::string text = " alpha        lambda  not zero  log-loss   std.error  accuracy   ROC AUC\n";
  for (std::size_t c = 0; c < outcome.candidates.size(); ++c) {
    const fitting::Candidate& candidate = outcome.candidates[c];
    const std::string auc =
        candidate.mean_roc_auc ? fmt::format("{:.5f}", *candidate.mean_roc_auc) : "none";
    text += fmt::format(
        "{:6.3g}  {:12.6g}  {:8.1f}  {:8.6f}  {:9.2e}  {:8.5f}  {:>8}{}{}{}\n", candidate.l1_ratio,
        candidate.lambda, candidate.mean_nonzeros, candidate.mean_log_loss,
        candidate.standard_error, candidate.mean_accuracy, auc, c == outcome.minimum ? "  min" : "",
        c == outcome.one_standard_error ? "  1se" : "", c == outcome.chosen ? "  <- chosen" : "");
  }
  return text;
}

std::string summary(const fitting::CrossValidateResult& outcome, const std::string& model_path) {
  const fitting::Candidate& chosen = outcome.candidates[outcome.chosen];
  return table(outcome) +
         fmt::format(
             "folds           {}, {}; {} passes over the data, {:.2f} s\n"
             "chosen          lambda {:.6g}, alpha {:g} (train --lambda {} --alpha {})\n"
             "refit           {} ({} iterations), objective {:.13g}\n"
             "classes         {}\n"
             "time            {:.2f} s (reading {:.2f})\n"
             "model           {} (coefficients {:.12}...)\n",
             chosen.folds.size(), outcome.stratified ? "stratified" : "by groups",
             outcome.data_passes, outcome.seconds_folds, chosen.lambda, chosen.l1_ratio,
             chosen.lambda, chosen.l1_ratio, outcome.refit.stop_reason(),
             outcome.refit.solution.iterations, outcome.refit.solution.objective,
             describe_classes(outcome.refit.model), outcome.seconds_total, outcome.seconds_read,
             model_path, model::coefficients_sha256(outcome.refit.model));
}

}  // namespace

int cross_validate_command(const Arguments& arguments, const comm::Communicator& communicator,
                           running::Events& events) {
  const int automatic = automatic_threads(communicator);
  fitting::CrossValidateOptions options;
  comm::together(communicator, [&] { options = options_from(arguments, automatic); });
  refuse_tables(arguments.positional(), communicator);
  const auto json = record_path(arguments, communicator);

  const Output output(communicator, arguments.flag("quiet"), events);
  CrossValidateLines lines(output);
  CrossValidateEvents observer(events, lines);
  const auto outcome = fitting::cross_validate(options, communicator, observer);
  if (events.wanted())
    events.outcome(outcome.refit.stop_reason(), model::coefficients_sha256(outcome.refit.model));
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(summary(outcome, options.model_path) +
                timing_texts(arguments, outcome.refit.timing));
  if (outcome.converged && outcome.refit.converged()) return static_cast<int>(core::ExitCode::done);
  output.warning(
      "a fold or the refit stopped before the tolerance. Allow more "
      "--max-iterations or a larger --tolerance");
  return static_cast<int>(core::ExitCode::not_converged);
}

}  // namespace mpilogit::cli
