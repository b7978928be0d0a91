#pragma once
// Events of a run as lines of JSON, with the batch job that it is part of.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.hpp"
#include "model/path_file.hpp"
#include "problem/checkpoint_options.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::running {

/// What is run, where.
struct RunDescription {
  std::string command;
  std::string version;
  std::vector<std::string> files;
  std::vector<std::pair<std::string, std::string>> options;  ///< that were given
  int ranks = 1;
  int threads = 1;
  std::vector<std::string> hosts;  ///< each once
};

/// Without `open`, and so on every rank but the root, each function returns at once. No function
/// but `open` ever fails: what cannot be written is complained about once, and the run goes on.
class Events {
 public:
  using Complain = std::function<void(const std::string& why)>;

  /// The run begins now.
  Events();
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// Appends to the file at `path` from now on. Throws bad input if that cannot be opened, or if
  /// there is something else than events in it.
  void open(const std::string& path, Complain complain);

  bool wanted() const;

  void start(const RunDescription& run);
  void data(const data::Shape& shape, double seconds_read);
  /// At most ten a second, the first and the last always: one that is held back goes out before the
  /// next other event.
  void pass(const solvers::Progress& progress);
  /// The newest step of a path.
  void step(const model::Path& path);
  /// All folds of a cross-validation, over one L1 ratio's path.
  void folds(double l1_ratio, std::int64_t data_passes);
  void checkpoint(const problem::WrittenCheckpoint& checkpoint);
  void resumed(const std::string& checkpoint);
  void warning(const std::string& message);

  /// What `end` will tell of a model that was trained.
  void outcome(const std::string& stop_reason, const std::string& coefficients_sha256);
  /// The last event. `message`: of the error, if there is one.
  void end(int exit_code, const std::string& message = {});

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

/// Of Slurm, PBS, LSF or Grid Engine.
std::optional<std::string> batch_job_id();

/// How often the job was started before: by Slurm, or by whoever sets MPILOGIT_RESTART.
std::int64_t restart_count();

}  // namespace mpilogit::running
