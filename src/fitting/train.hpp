#pragma once
// From files to a model.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "data/dataset.hpp"
#include "inference/diagnosis.hpp"
#include "inference/inference_options.hpp"
#include "model/model.hpp"
#include "problem/fit_options.hpp"
#include "running/history.hpp"
#include "running/provenance.hpp"
#include "running/timing.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::fitting {

struct TrainOptions {
  running::Origin origin;  ///< for the record
  problem::DesignOptions design;
  std::string model_path;
  problem::PenaltyStrength strength;
  /// scikit-learn's C: then λ1 = l1_ratio / (C S) and λ2 = (1 − l1_ratio) / (C S), S = Σ s_i.
  std::optional<double> inverse_strength;
  double l1_ratio = 0.0;
  problem::PenaltyOptions penalty;
  problem::SolverOptions solver;
  bool one_vs_rest = false;
  bool firth = false;                ///< Firth's penalised likelihood; then no other penalty
  std::optional<std::string> start;  ///< model file to start from
  /// Where leverages and residuals of the rows go; two classes, no L1 penalty, no bounds.
  std::optional<std::string> diagnostics;
  std::optional<inference::InferenceOptions> inference;
  std::optional<problem::CheckpointOptions> checkpoint;
  /// Only `start` is looked at: F, its gradient and the gap there, by the solver's first iteration.
  bool evaluate_only = false;
  int threads = 1;
};

/// What a training run tells about itself; the same on all ranks but for the times.
struct TrainResult {
  running::Provenance provenance;
  data::Shape shape;
  model::Model model;
  /// Of one-vs-rest: the sum of the objectives, the worst of the rest.
  solvers::Solution solution;
  /// Of Firth's fit: ℓ + ½ log |I|.
  std::optional<double> penalised_log_likelihood;
  double tolerance = 0.0;   ///< that was asked for
  double log_loss = 0.0;    ///< mean, without the penalty; one-vs-rest: the sum over the problems
  bool penalised = false;   ///< or with bounds
  bool start_left = false;  ///< whether the start was so far out that training began elsewhere
  bool separated = false;   ///< stopped because the classes are completely separated
  inference::Diagnosis diagnosis;  ///< of a fit without a penalty
  int ranks = 1;
  int threads = 1;
  std::int64_t data_passes = 0;
  std::int64_t reads = 0;                 ///< passes over all rows or a sample of them
  std::int64_t nonzero_coefficients = 0;  ///< intercepts not counted
  /// Iteration by iteration, thinned; empty of one-vs-rest, whose problems have no common one.
  std::vector<running::HistoryEntry> history;
  std::string inference_remark;        ///< why there is no inference although it was asked for
  std::string test_remark;             ///< why hypotheses were not tested although asked for
  std::string unprofiled;              ///< coefficients without a profile although asked for
  std::int64_t centred_columns = 0;    ///< that lie far from zero
  std::optional<double> raw_log_loss;  ///< of the raw form, where columns lie far from zero
  comm::Traffic traffic;
  double total_weight = 0.0;
  running::MemoryUse memory;  ///< before the model is written
  running::Timing timing;     ///< of cross-validation: of the folds too
  double seconds_read = 0.0;
  double seconds_train = 0.0;
  double seconds_total = 0.0;

  bool converged() const;
  std::string stop_reason() const;
};

/// Collective. Reads, trains and writes the model (on rank 0). The model is also written when the
/// solver stopped before its tolerance. Throws core::Error, the same on all ranks.
TrainResult train(const TrainOptions& options, const comm::Communicator& communicator,
                  problem::FitObserver& observer);

}  // namespace mpilogit::fitting
