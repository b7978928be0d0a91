#pragma once
// A sequence of models from the strongest penalty down.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "model/path_file.hpp"
#include "problem/fit_options.hpp"
#include "running/provenance.hpp"
#include "running/timing.hpp"

namespace mpilogit::fitting {

/// λ_max … λ_max · smallest_ratio, geometric. λ_max is the least λ at which every penalised
/// coefficient is 0 (without an L1 part: at which an L1 part of a thousandth would make them so).
struct LambdaGrid {
  std::size_t count = 100;
  /// Empty: 1e-4, or 1e-2 with more features than rows.
  std::optional<double> smallest_ratio;
};

struct PathOptions {
  running::Origin origin;  ///< for the record
  problem::DesignOptions design;
  std::string model_path;
  LambdaGrid grid;
  double l1_ratio = 1.0;  ///< λ1 = l1_ratio λ, λ2 = (1 − l1_ratio) λ
  problem::PenaltyOptions penalty;
  problem::SolverOptions solver;
  /// The path ends early once this share of the null deviance is explained, or a step adds less
  /// than a hundred-thousandth to it.
  double enough_explained = 0.999;
  std::optional<problem::CheckpointOptions> checkpoint;
  int threads = 1;
};

struct PathResult {
  running::Provenance provenance;
  data::Shape shape;
  model::Path path;
  std::string solver;
  std::vector<std::string> stop_reasons;  ///< of each step
  bool converged = true;                  ///< all steps
  std::string ended;                      ///< why the path ended
  int ranks = 1;
  int threads = 1;
  std::int64_t data_passes = 0;
  double null_loss = 0.0;     ///< mean log-loss with all penalised coefficients 0
  running::MemoryUse memory;  ///< before the model is written
  running::Timing timing;
  double seconds_read = 0.0;
  double seconds_train = 0.0;
  double seconds_total = 0.0;
};

/// Called on every rank after each step.
class PathObserver : public problem::CheckpointObserver {
 public:
  virtual void data_read(const data::Dataset& dataset, double seconds) = 0;
  virtual void step(const model::Path& path) = 0;
};

/// Collective. Reads, trains all models, writes them in one file (on rank 0). Throws core::Error,
/// the same on all ranks.
PathResult path(const PathOptions& options, const comm::Communicator& communicator,
                PathObserver& observer);

}  // namespace mpilogit::fitting
