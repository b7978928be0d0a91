#pragma once
// From files to a model.

#include <cstdint>
#include <optional>
#include <string>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/dataset.hpp"
#include "mpilogit/model/model.hpp"
#include "mpilogit/solvers/solver.hpp"

namespace mpilogit::workflow {

enum class SolverKind { newton, lbfgs, gradient_descent, sgd };

/// "newton", "lbfgs", "gradient-descent", "sgd".
std::string to_string(SolverKind kind);

struct TrainOptions {
  data::Source source;
  std::string model_path;
  double l2 = 0.0;
  SolverKind solver = SolverKind::newton;
  solvers::Limits limits;
  int history = 10;                     ///< lbfgs: pairs kept
  std::optional<double> learning_rate;  ///< gradient-descent: fixed step; sgd: first step
  double decay = 0.0;           ///< sgd: step t is learning_rate / (1 + decay t), t in epochs
  std::int64_t batch_rows = 0;  ///< sgd
  std::uint64_t seed = 0;       ///< sgd
  int threads = 1;
};

/// What a training run tells about itself; the same on all ranks but for the times.
struct TrainReport {
  data::Shape shape;
  model::Model model;
  solvers::Solution solution;
  std::string solver;
  bool separated = false;  ///< stopped because the classes are completely separated
  int ranks = 1;
  int threads = 1;
  std::int64_t data_passes = 0;
  comm::Traffic traffic;
  double total_weight = 0.0;
  double seconds_read = 0.0;
  double seconds_train = 0.0;
  double seconds_total = 0.0;

  bool converged() const;
  std::string stop_reason() const;
};

/// How the program follows a run. Called on every rank.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void data_read(const data::Dataset& dataset, double seconds) = 0;
  virtual void progress(const solvers::Progress& progress, double seconds) = 0;
};

/// Collective. Reads, trains and writes the model (on rank 0). The model is also written when the
/// solver stopped before its tolerance. Throws core::Error, the same on all ranks.
TrainReport train(const TrainOptions& options, const comm::Communicator& communicator,
                  TrainObserver& observer);

}  // namespace mpilogit::workflow
