#include "mpilogit/workflow/train.hpp"

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/model/model_file.hpp"
#include "mpilogit/workflow/record.hpp"

#include "checkpoints.hpp"
#include "fit.hpp"
#include "training_time.hpp"

namespace mpilogit::workflow {

bool TrainReport::converged() const {
  return !separated && solvers::converged(solution.stop_reason);
}

std::string TrainReport::stop_reason() const {
  return separated ? "classes completely separated"
                   : std::string(solvers::to_string(solution.stop_reason));
}

TrainReport train(const TrainOptions& options, const comm::Communicator& communicator,
                  FitObserver& observer) {
  const core::Stopwatch total;
  comm::on_root(communicator, [&] {
    core::require_writable(options.model_path);
    if (options.diagnostics) core::require_writable(*options.diagnostics);
    return std::string();
  });
  Checkpoints checkpoints(options.checkpoint, communicator, observer);
  const TrainingSet set(options.design, options.threads, communicator);
  TrainReport report;
  report.seconds_read = total.seconds();
  observer.data_read(set.dataset, report.seconds_read);

  checkpoints.begin(set);
  TrainingTime time;
  History history;
  const auto follow = [&](const solvers::Progress& progress) {
    history.add(progress, time.seconds());
    observer.progress(progress, time.seconds());
    return true;
  };
  checkpoints.run([&] {
    const auto visit = [&](core::Archive& archive) {
      time.visit(archive);
      history.visit(archive);
    };
    const solvers::StateFrame frame(checkpoints.keeper(), visit);
    fit(options, set, communicator, checkpoints, {follow, checkpoints.keeper()}, report);
  });
  report.seconds_train = time.seconds();
  report.history = history.entries();
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.traffic = communicator.traffic();
  report.memory = memory_use(set.dataset, communicator);
  report.seconds_total = total.seconds();
  report.model.record = to_json(report);
  comm::on_root(communicator, [&] {
    model::write_model(options.model_path, report.model);
    return std::string();
  });
  if (options.one_vs_rest || !may_go_on(report.solution)) checkpoints.done();
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
