#include "mpilogit/workflow/train.hpp"

#include "mpilogit/comm/agreement.hpp"
#include "mpilogit/core/atomic_file.hpp"
#include "mpilogit/core/stopwatch.hpp"
#include "mpilogit/model/model_file.hpp"
#include "mpilogit/workflow/record.hpp"

#include "fit.hpp"

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
  comm::Phase phase(communicator, "reading the data");
  const TrainingSet set(options.design, options.threads, communicator);
  TrainReport report;
  report.seconds_read = total.seconds();
  observer.data_read(set.dataset, report.seconds_read);

  phase.turn_to("training");
  const core::Stopwatch training;
  History history;
  fit(
      options, set, communicator,
      [&](const solvers::Progress& progress) {
        const double seconds = training.seconds();
        history.add(progress, seconds);
        observer.progress(progress, seconds);
        return true;
      },
      report);
  report.seconds_train = training.seconds();
  report.history = history.entries();
  report.ranks = communicator.size();
  report.threads = options.threads;
  report.traffic = communicator.traffic();
  report.memory = memory_use(set.dataset, communicator);
  report.seconds_total = total.seconds();
  report.model.record = to_json(report);
  phase.turn_to("writing the model");
  comm::on_root(communicator, [&] {
    model::write_model(options.model_path, report.model);
    return std::string();
  });
  report.seconds_total = total.seconds();
  return report;
}

}  // namespace mpilogit::workflow
