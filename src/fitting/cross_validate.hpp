#pragma once
// Which penalty predicts best rows that were not trained on.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "comm/communicator.hpp"
#include "fitting/path.hpp"
#include "fitting/train.hpp"
#include "problem/fit_options.hpp"

namespace mpilogit::fitting {

enum class Choice {
  minimum,            ///< the least mean log-loss
  one_standard_error  ///< the strongest penalty within one standard error of that
};

struct CrossValidateOptions {
  running::Origin origin;         ///< for the record
  problem::DesignOptions design;  ///< `source.groups`: rows of a group stay together
  std::string model_path;
  std::size_t folds = 5;
  std::uint64_t seed = 0;
  LambdaGrid grid;
  std::vector<double> l1_ratios = {1.0};
  problem::PenaltyOptions penalty;
  problem::SolverOptions solver;
  Choice choice = Choice::minimum;
  std::optional<problem::CheckpointOptions> checkpoint;
  int threads = 1;
};

/// Of one fold's model on the rows that it was not trained on.
struct FoldScore {
  double log_loss = 0.0;
  double accuracy = 0.0;
  std::optional<double> roc_auc;
};

/// One penalty: its folds' scores, their means weighted by the folds' weights, and the standard
/// error of the mean log-loss over the folds.
struct Candidate {
  double l1_ratio = 1.0;
  double lambda = 0.0;
  double mean_log_loss = 0.0;
  double standard_error = 0.0;
  double mean_accuracy = 0.0;
  std::optional<double> mean_roc_auc;
  double mean_nonzeros = 0.0;
  std::vector<FoldScore> folds;
};

struct CrossValidateResult {
  data::Shape shape;
  std::vector<Candidate> candidates;  ///< ratio by ratio, λ descending
  std::size_t minimum = 0;            ///< index of the least mean log-loss
  std::size_t one_standard_error = 0;
  std::size_t chosen = 0;
  bool stratified = true;  ///< else by groups
  std::vector<std::int64_t> fold_rows;
  bool converged = true;  ///< all folds' models
  TrainResult refit;      ///< on all rows with the chosen penalty: the model that is written
  int ranks = 1;
  int threads = 1;
  std::int64_t data_passes = 0;  ///< of the folds; the refit has its own
  double seconds_read = 0.0;
  double seconds_folds = 0.0;
  double seconds_total = 0.0;
};

class CrossValidateObserver : public problem::CheckpointObserver {
 public:
  virtual void data_read(const data::Dataset& dataset, double seconds) = 0;
  virtual void folds_done(double l1_ratio, std::int64_t data_passes, double seconds) = 0;
  virtual void refit_progress(const solvers::Progress& progress) = 0;
};

/// Collective. Reads once; trains all folds side by side over each ratio's path of penalties;
/// scores them; refits on all rows as `train` would, to the same bits; writes that model (on rank
/// 0). Throws core::Error, the same on all ranks.
CrossValidateResult cross_validate(const CrossValidateOptions& options,
                                   const comm::Communicator& communicator,
                                   CrossValidateObserver& observer);

}  // namespace mpilogit::fitting
