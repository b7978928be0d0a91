#include <algorithm>

#include <fmt/format.h>

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/error.hpp"
#include "mpilogit/workflow/record.hpp"
#include "mpilogit/workflow/train.hpp"

#include "commands.hpp"
#include "common_options.hpp"
#include "output.hpp"
#include "thread_count.hpp"

namespace mpilogit::cli {

namespace {

workflow::SolverKind solver_from(const Arguments& arguments) {
  const std::string name = arguments.text("solver");
  if (name == "auto") return workflow::SolverKind::newton;
  for (const auto kind : {workflow::SolverKind::newton, workflow::SolverKind::lbfgs,
                          workflow::SolverKind::gradient_descent, workflow::SolverKind::sgd}) {
    if (name == workflow::to_string(kind)) return kind;
  }
  refuse_usage(
      &arguments.command(),
      fmt::format("--solver is '{}', not auto, newton, lbfgs, gradient-descent or sgd", name));
}

std::int64_t default_iterations(workflow::SolverKind solver) {
  switch (solver) {
    case workflow::SolverKind::newton:
      return 100;
    case workflow::SolverKind::lbfgs:
      return 1000;
    case workflow::SolverKind::gradient_descent:
      return 10000;
    case workflow::SolverKind::sgd:
      return 100;
  }
  throw core::internal_failure("unknown solver");
}

workflow::TrainOptions options_from(const Arguments& arguments, int automatic_threads) {
  workflow::TrainOptions options;
  options.model_path = arguments.required("model");
  options.source = source_from(arguments, 0);
  options.solver = solver_from(arguments);
  arguments.require_applicable(workflow::to_string(options.solver));
  options.l2 = arguments.number("l2");
  options.limits.tolerance = arguments.number("tolerance");
  options.limits.max_iterations = arguments.text("max-iterations") == "auto"
                                      ? default_iterations(options.solver)
                                      : arguments.integer("max-iterations", 0);
  options.history = static_cast<int>(std::min<std::int64_t>(arguments.integer("history", 1), 1000));
  if (arguments.text("learning-rate") != "auto") {
    options.learning_rate = arguments.number("learning-rate");
    if (*options.learning_rate == 0.0) {
      refuse_usage(&arguments.command(), "--learning-rate is 0: no step would be made");
    }
  }
  options.decay = arguments.number("decay");
  options.batch_rows = arguments.integer("batch-size", 1);
  options.seed = static_cast<std::uint64_t>(arguments.integer("seed", 0));
  options.threads = threads_from(arguments, automatic_threads);
  return options;
}

std::string summary(const workflow::TrainReport& report, const std::string& model_path) {
  const solvers::Solution& solution = report.solution;
  std::string text;
  const auto line = [&](const std::string& name, const std::string& value) {
    text += fmt::format("{:<16}{}\n", name, value);
  };
  line("solver",
       fmt::format("{}, {} rank{} x {} thread{}", report.solver, report.ranks,
                   report.ranks == 1 ? "" : "s", report.threads, report.threads == 1 ? "" : "s"));
  line("stopped", fmt::format("{} ({} iterations, {} passes over the data)", report.stop_reason(),
                              solution.iterations, report.data_passes));
  line("objective", fmt::format("{:.13g}", solution.objective));
  line("estimated gap", fmt::format("{:.2e}", solution.estimated_gap));
  line("gradient norm", fmt::format("{:.2e}", solution.gradient_norm));
  line("classes", fmt::format("P(y = {}) against {}", report.model.classes.name(1),
                              report.model.classes.name(0)));
  line("time", fmt::format("{:.2f} s (reading {:.2f}, training {:.2f})", report.seconds_total,
                           report.seconds_read, report.seconds_train));
  line("model", fmt::format("{} (coefficients {:.12}...)", model_path,
                            model::coefficients_sha256(report.model)));
  return text;
}

std::string advice(const workflow::TrainReport& report) {
  if (report.separated) {
    return "warning: a hyperplane separates the classes completely, so that the optimum lies at "
           "infinity; the model is where training stopped. Give a penalty (--l2) for a finite one";
  }
  return fmt::format(
      "warning: stopped before the tolerance ({}); the model is the best point so far. Allow more "
      "--max-iterations, a larger --tolerance, or another --solver",
      report.stop_reason());
}

}  // namespace

int train_command(const Arguments& arguments, const comm::Communicator& communicator) {
  const int automatic = automatic_threads(communicator);
  workflow::TrainOptions options;
  comm::together(communicator, [&] { options = options_from(arguments, automatic); });
  const auto json = record_path(arguments, communicator);

  const Output output(communicator, arguments.flag("quiet"));
  ProgressLines progress(output);
  const workflow::TrainReport report = workflow::train(options, communicator, progress);
  progress.finish();

  if (json) write_text(*json, workflow::to_json(report), communicator);
  output.result(summary(report, options.model_path));
  if (report.converged()) return static_cast<int>(core::ExitCode::done);
  output.remark(advice(report));
  return static_cast<int>(core::ExitCode::not_converged);
}

}  // namespace mpilogit::cli
