#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/options/checkpoint_arguments.hpp"
#include "cli/options/common_options.hpp"
#include "cli/options/fit_arguments.hpp"
#include "cli/options/inference_arguments.hpp"
#include "cli/options/machine_options.hpp"
#include "cli/options/table_arguments.hpp"
#include "cli/tables/inference_table.hpp"
#include "cli/tables/output.hpp"
#include "cli/tables/progress.hpp"
#include "cli/tables/texts.hpp"
#include "comm/agreement.hpp"
#include "core/error.hpp"
#include "core/units.hpp"
#include "fitting/record.hpp"
#include "fitting/train.hpp"
#include "inference/summarize.hpp"
#include "problem/solver_registry.hpp"

namespace mpilogit::cli {

namespace {

// One of three spellings of the penalty's strength (docs/penalties.md has the equivalence).
void read_strength(const Arguments& arguments, fitting::TrainOptions& options) {
  for (const auto* own : {"l1", "l2"}) {
    for (const auto* other : {"C", "lambda"}) arguments.refuse_together(own, other);
  }
  arguments.refuse_together("C", "lambda");
  options.strength = {.l1 = arguments.number("l1"), .l2 = arguments.number("l2")};
  if (arguments.given("lambda")) {
    const double lambda = arguments.number("lambda");
    const double alpha = arguments.share("alpha");
    options.strength = {.l1 = alpha * lambda, .l2 = (1.0 - alpha) * lambda};
  }
  // scikit-learn's way to say that there is no penalty.
  const bool infinite = arguments.given("C") && is_infinite(arguments.text("C"));
  if (infinite && arguments.given("l1-ratio")) {
    refuse_usage(&arguments.command(), "--l1-ratio has no effect with --C inf: no penalty");
  }
  if (arguments.given("C") && !infinite) {
    options.inverse_strength = arguments.positive("C");
    options.l1_ratio = arguments.share("l1-ratio");
  }
}

void refuse_idle_options(const Arguments& arguments, const fitting::TrainOptions& options) {
  const bool penalised =
      options.inverse_strength || options.strength.l1 > 0.0 || options.strength.l2 > 0.0;
  for (const auto* option : {"standardize", "prior"}) {
    if (penalised || !arguments.given(option)) continue;
    refuse_usage(
        &arguments.command(),
        fmt::format("--{} has no effect without a penalty (--l2, --l1, --C or --lambda)", option));
  }
  for (const auto* option : {"start", "prior"}) {
    if (!options.one_vs_rest || !arguments.given(option)) continue;
    refuse_usage(&arguments.command(), fmt::format("--{} is not for --one-vs-rest", option));
  }
}

// Firth's penalty is one of its own, and its objective is that of two of the solvers only.
void refuse_beside_firth(const Arguments& arguments, const fitting::TrainOptions& options) {
  if (!options.firth) return;
  for (const auto* other :
       {"l1", "l2", "C", "lambda", "penalty-factors", "lower", "upper", "one-vs-rest"}) {
    arguments.refuse_together("firth", other);
  }
  if (problem::find_solver(options.solver.name, false).any_objective) return;
  std::vector<std::string_view> names;
  for (const auto& solver : problem::all_solvers()) {
    if (solver.any_objective) names.push_back(solver.name);
  }
  refuse_usage(&arguments.command(),
               fmt::format("--firth is for --solver {}, not {}", core::enumerated(names, "or"),
                           options.solver.name));
}

// Where coefficients stop at a kink or a bound, no information says how they would move.
void refuse_beside_diagnostics(const Arguments& arguments, bool l1) {
  if (!arguments.given("diagnostics")) return;
  for (const auto* other : {"one-vs-rest", "lower", "upper"}) {
    arguments.refuse_together("diagnostics", other);
  }
  if (!l1) return;
  refuse_usage(&arguments.command(),
               "--diagnostics is not for L1 penalties (--l1, --l1-ratio, --lambda with --alpha)");
}

}  // namespace

fitting::TrainOptions train_options(const Arguments& arguments, int automatic_threads) {
  fitting::TrainOptions options;
  options.origin = origin_of(arguments);
  options.model_path = arguments.required("model");
  options.design = design_from(arguments);
  read_strength(arguments, options);
  const bool l1 = options.strength.l1 > 0.0 || (options.inverse_strength && options.l1_ratio > 0.0);
  options.penalty = penalty_from(arguments);
  options.firth = arguments.flag("firth");
  refuse_beside_diagnostics(arguments, l1);
  options.solver = solver_from(arguments, l1 || bounded(arguments));
  options.one_vs_rest = arguments.flag("one-vs-rest");
  options.start = arguments.text_if_given("start");
  if (arguments.given("diagnostics")) options.diagnostics = arguments.required("diagnostics");
  options.threads = threads_from(arguments, automatic_threads);
  options.checkpoint = checkpoint_from(arguments);
  refuse_idle_options(arguments, options);
  refuse_beside_firth(arguments, options);
  options.inference = inference_from(arguments, options);
  return options;
}

namespace {

std::string summary(const fitting::TrainResult& outcome, const std::string& model_path,
                    const std::optional<std::string>& diagnostics) {
  const solvers::Solution& solution = outcome.solution;
  std::string text;
  const auto line = [&](const std::string& name, const std::string& value) {
    text += fmt::format("{:<16}{}\n", name, value);
  };
  line("solver", fmt::format("{}, {} rank{} x {} thread{}", outcome.model.solver, outcome.ranks,
                             outcome.ranks == 1 ? "" : "s", outcome.threads,
                             outcome.threads == 1 ? "" : "s"));
  line("stopped", fmt::format("{} ({} iterations, {} passes over the data)", outcome.stop_reason(),
                              solution.iterations, outcome.data_passes));
  line("objective", fmt::format("{:.13g}", solution.objective));
  if (outcome.penalised_log_likelihood) {
    line("log-likelihood",
         fmt::format("{:.10g} with Firth's penalty", *outcome.penalised_log_likelihood));
  }
  line("estimated gap", size_text(solution.estimated_gap));
  line("gradient norm", size_text(solution.gradient_norm));
  line("classes", describe_classes(outcome.model));
  const auto coefficients = static_cast<std::int64_t>(outcome.model.coefficients.size());
  if (outcome.nonzero_coefficients < coefficients) {
    line("not zero", fmt::format("{} of {} coefficients", grouped(outcome.nonzero_coefficients),
                                 grouped(coefficients)));
  }
  line("time", fmt::format("{:.2f} s (reading {:.2f}, training {:.2f})", outcome.seconds_total,
                           outcome.seconds_read, outcome.seconds_train));
  if (diagnostics) line("diagnostics", *diagnostics);
  line("model", fmt::format("{} (coefficients {:.12}...)", model_path,
                            model::coefficients_sha256(outcome.model)));
  return text;
}

// So many names are read; the record (--json) has all.
constexpr std::size_t kMostNames = 12;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  const std::size_t shown = std::min(kMostNames, names.size());
  for (std::size_t k = 0; k < shown; ++k) text += "\n  " + names[k];
  if (shown < names.size())
    text += fmt::format("\n  ... and {} more (--json lists all)", names.size() - shown);
  return text;
}

// What the data does not determine, by the names of its columns.
void remark_on_raw_form(const fitting::TrainResult& outcome, double tolerance,
                        const Output& output) {
  if (!outcome.raw_log_loss) return;
  const double excess = *outcome.raw_log_loss - outcome.log_loss;
  if (std::fabs(excess) <= tolerance * std::fabs(outcome.solution.objective)) return;
  output.warning(fmt::format(
      "{} column{} so far from zero that the raw coefficients alone have a log-loss of {:.12g} "
      "instead of {:.12g}: take the model file, which holds the columns' centres, or centre the "
      "columns",
      outcome.centred_columns, outcome.centred_columns == 1 ? " lies" : "s lie",
      *outcome.raw_log_loss, outcome.log_loss));
}

// Under a penalty products of centred factors are not the model that products of the factors are.
void remark_on_products(const fitting::TrainResult& outcome, bool penalised, const Output& output) {
  if (!penalised || outcome.model.coefficients_at_centre.empty()) return;
  output.warning(
      "columns lie so far from zero that their products cannot be told apart: the products, and so "
      "the penalty and bounds, are of x - c, with c of the model's data set 'centre'");
}

void remark_on(const fitting::TrainResult& outcome, const Output& output) {
  const inference::Diagnosis& diagnosis = outcome.diagnosis;
  const auto aliased = inference::describe_aliased(diagnosis, outcome.model);
  if (!aliased.empty()) {
    output.remark(
        fmt::format("note: {} column{} the others already hold, left at 0 "
                    "(predictions do not need them):{}",
                    aliased.size(), aliased.size() == 1 ? "" : "s", listed(aliased)));
  }
  const auto separating = inference::describe_separating(diagnosis, outcome.model);
  switch (diagnosis.separation.separation) {
    case statistics::Separation::quasi_complete:
      output.warning(fmt::format(
          "quasi-complete separation: {} rows can be told with certainty, so that these "
          "coefficients have no finite optimum and their values mean nothing:{}\n"
          "Give --l2 or --firth for finite ones",
          grouped(diagnosis.separation.certain_rows), listed(separating)));
      return;
    case statistics::Separation::suspected:
      output.warning(
          "coefficients seem to grow without end (separation), but no direction could be "
          "certified. Give --l2 or --firth");
      return;
    case statistics::Separation::complete:
    case statistics::Separation::none:
      return;
  }
}

std::string sufficient(std::size_t columns) {
  if (columns == 1) return "One column is enough for it:";
  if (columns <= kMostNames) return fmt::format("{} columns are enough for it:", columns);
  return fmt::format("{} columns were needed for it, the strongest:",
                     grouped(static_cast<std::int64_t>(columns)));
}

std::string advice(const fitting::TrainResult& outcome) {
  if (outcome.separated) {
    const auto few = inference::describe_separator(outcome.diagnosis, outcome.model);
    const std::string by = few.empty() ? "" : "\n" + sufficient(few.size()) + listed(few);
    return "a hyperplane separates the classes completely, so that the optimum lies at "
           "infinity; the model is where training stopped." +
           by + "\nGive --l2 or --firth for a finite model";
  }
  // Gradients are summed in units of about 2⁻⁶¹: of an objective as small as this they say nothing.
  constexpr double kUnresolved = 1e-13;
  if (std::fabs(outcome.solution.objective) < kUnresolved) {
    return fmt::format(
        "stopped before the tolerance ({}): the objective is below what its gradient resolves, so "
        "that no relative gap can be told; the model is the best point so far. Every row is told "
        "with certainty: a larger penalty, or --firth, gives a model that can be judged",
        outcome.stop_reason());
  }
  return fmt::format(
      "stopped before the tolerance ({}); the model is the best point so far. Allow more "
      "--max-iterations, a larger --tolerance, or another --solver",
      outcome.stop_reason());
}

}  // namespace

int train_command(const Arguments& arguments, const comm::Communicator& communicator,
                  running::Events& events) {
  const int automatic = automatic_threads(communicator);
  fitting::TrainOptions options;
  comm::together(communicator, [&] { options = train_options(arguments, automatic); });
  refuse_tables(arguments.positional(), communicator);
  const auto json = record_path(arguments, communicator);

  const Output output(communicator, arguments.flag("quiet"), events);
  ProgressLines progress(output);
  FitEvents observer(events, progress);
  const fitting::TrainResult outcome = fitting::train(options, communicator, observer);
  progress.finish();
  if (events.wanted())
    events.outcome(outcome.stop_reason(), model::coefficients_sha256(outcome.model));

  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(summary(outcome, options.model_path, options.diagnostics) +
                timing_texts(arguments, outcome.timing));
  if (outcome.model.inference) {
    TableLayout layout;
    layout.width = terminal_width();
    layout.see_all = fmt::format("`mpilogit summarize {} --top all`", options.model_path);
    output.result("\n" +
                  inference_table(outcome.model, inference::summary_of(outcome.model), layout));
  }
  if (!outcome.inference_remark.empty()) {
    output.warning("no inference is stored: " + outcome.inference_remark);
  }
  if (!outcome.test_remark.empty()) {
    output.warning("the hypotheses were not tested: " + outcome.test_remark);
  }
  if (!outcome.unprofiled.empty()) {
    output.warning("no profile interval for " + outcome.unprofiled +
                   ": columns lie far from zero, and there it is a sum of several coefficients");
  }
  remark_on_raw_form(outcome, options.solver.tolerance, output);
  if (outcome.start_left) {
    output.warning(
        "the mean loss of --start is above a million: training began as without it, and the "
        "optimum is the same");
  }
  remark_on_products(outcome, outcome.penalised, output);
  remark_on(outcome, output);
  if (outcome.converged()) return static_cast<int>(core::ExitCode::done);
  output.warning(advice(outcome));
  return static_cast<int>(core::ExitCode::not_converged);
}

}  // namespace mpilogit::cli
