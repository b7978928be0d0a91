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
#include "fitting/path.hpp"
#include "fitting/record.hpp"

namespace mpilogit::cli {

namespace {

fitting::PathOptions path_options(const Arguments& arguments, int automatic_threads) {
  fitting::PathOptions options;
  options.origin = origin_of(arguments);
  options.model_path = arguments.required("model");
  options.design = design_from(arguments);
  options.grid = grid_from(arguments);
  options.l1_ratio = arguments.share("alpha");
  options.penalty = penalty_from(arguments);
  options.solver = solver_from(arguments, options.l1_ratio > 0.0 || bounded(arguments));
  options.enough_explained = arguments.share("enough");
  options.threads = threads_from(arguments, automatic_threads);
  options.checkpoint = checkpoint_from(arguments);
  return options;
}

/// The table, line by line as the steps are done.
class PathLines final : public TellsOfCheckpoints<fitting::PathObserver> {
 public:
  using TellsOfCheckpoints::TellsOfCheckpoints;

  void data_read(const data::Dataset& dataset, double seconds) override {
    output().remark(describe_reading(dataset.shape(), seconds));
    output().tell_notes(dataset.shape());
    output().print_memory_split(dataset.memory_split());
    output().result("step        lambda   not zero  deviance explained  passes\n");
  }

  void step(const model::Path& path) override {
    const std::size_t last = path.lambda.size() - 1;
    output().result(fmt::format("{:4}  {:12.6g}  {:9}  {:17.3f}%  {:6}\n", last, path.lambda[last],
                                grouped(path.nonzeros[last]), 100.0 * path.deviance_explained[last],
                                path.data_passes[last]));
  }
};

}  // namespace

int path_command(const Arguments& arguments, const comm::Communicator& communicator,
                 running::Events& events) {
  const int automatic = automatic_threads(communicator);
  fitting::PathOptions options;
  comm::together(communicator, [&] { options = path_options(arguments, automatic); });
  refuse_tables(arguments.positional(), communicator);
  const auto json = record_path(arguments, communicator);

  const Output output(communicator, arguments.flag("quiet"), events);
  PathLines lines(output);
  PathEvents observer(events, lines);
  const fitting::PathResult outcome = fitting::path(options, communicator, observer);
  if (events.wanted()) events.outcome(outcome.ended, model::coefficients_sha256(outcome.path));
  if (json) write_text(*json, to_json(outcome), communicator);
  output.result(
      fmt::format(
          "ended           {} ({} steps, {} passes over the data)\nclasses         {}\n"
          "time            {:.2f} s (reading {:.2f}, training {:.2f})\nmodels          {}\n",
          outcome.ended, outcome.path.steps(), outcome.data_passes,
          describe_classes(outcome.path.model), outcome.seconds_total, outcome.seconds_read,
          outcome.seconds_train, options.model_path) +
      timing_texts(arguments, outcome.timing));
  if (outcome.converged) return static_cast<int>(core::ExitCode::done);
  output.warning(
      "some steps stopped before the tolerance; --json tells which. Allow more "
      "--max-iterations or a larger --tolerance");
  return static_cast<int>(core::ExitCode::not_converged);
}

}  // namespace mpilogit::cli
