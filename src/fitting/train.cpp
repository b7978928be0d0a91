#include "fitting/train.hpp"

#include "fitting/detail/training_run.hpp"
#include "fitting/fit.hpp"
#include "fitting/record.hpp"
#include "model/model_file.hpp"

namespace mpilogit::fitting {

namespace {

bool is_penalised(const TrainOptions& options) {
  return options.strength.l1 > 0.0 || options.strength.l2 > 0.0 || options.inverse_strength ||
         options.penalty.lower.may_bind() || options.penalty.upper.may_bind();
}

}  // namespace

// Where nothing but the likelihood tells products apart, those of centred factors are the same
// model, and far better conditioned.
problem::DesignOptions design_of(const TrainOptions& options) {
  problem::DesignOptions design = options.design;
  design.centred_factors = !is_penalised(options);
  return design;
}

bool TrainResult::converged() const {
  return !separated && solvers::converged(solution.stop_reason);
}

std::string TrainResult::stop_reason() const {
  return separated ? "classes completely separated"
                   : std::string(solvers::to_string(solution.stop_reason));
}

TrainResult train(const TrainOptions& options, const comm::Communicator& communicator,
                  problem::FitObserver& observer) {
  std::vector<std::string> outputs = {options.model_path};
  if (options.diagnostics) outputs.push_back(*options.diagnostics);
  TrainingRun run({options.origin, design_of(options), 1, options.penalty, options.solver.tolerance,
                   options.start, options.checkpoint, options.threads, outputs},
                  communicator, observer);
  observer.data_read(run.set().dataset, run.seconds_read());
  TrainResult result;
  result.provenance = run.provenance();
  result.penalised = is_penalised(options);

  run.begin("training");
  running::RunClock& clock = run.clock();
  running::History history;
  const auto follow = [&](const solvers::Progress& progress) {
    history.add(progress, clock.seconds());
    observer.progress(progress, clock.seconds());
    return true;
  };
  running::Checkpoints& checkpoints = run.checkpoints();
  checkpoints.run([&] {
    const auto visit = [&](core::Archive& archive) {
      clock.visit(archive);
      history.visit(archive);
    };
    const solvers::StateFrame frame(checkpoints.keeper(), visit);
    fit(options, run.set(), communicator, checkpoints, {follow, checkpoints.keeper()}, result);
  });
  result.seconds_train = clock.seconds();
  result.history = history.entries();
  result.traffic = communicator.traffic();
  run.describe(result);
  result.model.record = to_json(result);
  result.timing = run.save(
      "writing the model", [&] { model::write_model(options.model_path, result.model); },
      !options.one_vs_rest && may_go_on(result.solution));
  result.seconds_total = run.seconds_total();
  return result;
}

}  // namespace mpilogit::fitting
