#include "fitting/train.hpp"

#include "comm/agreement.hpp"
#include "core/atomic_file.hpp"
#include "core/units.hpp"
#include "fitting/fit.hpp"
#include "fitting/record.hpp"
#include "model/model_file.hpp"
#include "running/checkpoints.hpp"
#include "running/history.hpp"
#include "running/provenance.hpp"

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
  const core::Stopwatch total;
  comm::on_root(communicator, [&] {
    core::require_writable(options.model_path);
    if (options.diagnostics) core::require_writable(*options.diagnostics);
    return std::string();
  });
  running::Checkpoints checkpoints(options.checkpoint, communicator, observer);
  comm::Phase phase(communicator, "reading the data");
  const problem::TrainingSet set(design_of(options), 1, options.threads, communicator);
  TrainResult result;
  result.provenance = running::provenance_of(options.origin, set, options.penalty,
                                             options.solver.tolerance, options.start, communicator);
  result.penalised = is_penalised(options);
  result.seconds_read = total.seconds();
  observer.data_read(set.dataset, result.seconds_read);

  phase.turn_to("training");
  running::TrainingTime time(result.seconds_read, set, communicator);
  checkpoints.begin(set, result.provenance.data);
  running::RunClock clock;
  running::History history;
  const auto follow = [&](const solvers::Progress& progress) {
    history.add(progress, clock.seconds());
    observer.progress(progress, clock.seconds());
    return true;
  };
  checkpoints.run([&] {
    const auto visit = [&](core::Archive& archive) {
      clock.visit(archive);
      history.visit(archive);
    };
    const solvers::StateFrame frame(checkpoints.keeper(), visit);
    fit(options, set, communicator, checkpoints, {follow, checkpoints.keeper()}, result);
  });
  result.seconds_train = clock.seconds();
  result.history = history.entries();
  result.ranks = communicator.size();
  result.threads = options.threads;
  result.traffic = communicator.traffic();
  result.memory = running::memory_use(set.dataset, communicator);
  result.seconds_total = clock.seconds_before() + total.seconds();
  result.model.record = to_json(result);
  time.trained();
  phase.turn_to("writing the model");
  comm::on_root(communicator, [&] {
    model::write_model(options.model_path, result.model);
    return std::string();
  });
  checkpoints.done(!options.one_vs_rest && may_go_on(result.solution));
  result.seconds_total = clock.seconds_before() + total.seconds();
  result.timing = time.gather();
  return result;
}

}  // namespace mpilogit::fitting
