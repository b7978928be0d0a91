#pragma once
// What train, path and cross-validate are asked for.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.hpp"
#include "problem/checkpoint_options.hpp"
#include "solvers/solver.hpp"

namespace mpilogit::problem {

/// λ1 Σ|w| + ½ λ2 ‖w‖² in the units of F.
struct PenaltyStrength {
  double l1 = 0.0;
  double l2 = 0.0;
};

/// A bound that is larger ends no way: losses are 0 in doubles long before.
inline constexpr double kNoBound = 1e100;

/// A bound of the coefficients: one number for all, or a data set with one per feature.
struct Bound {
  std::optional<double> value;
  std::optional<std::string> data_set;

  bool given() const { return value || data_set; }
  bool may_bind() const { return data_set || (value && std::fabs(*value) < kNoBound); }
};

/// Everything about the penalty but its strength.
struct PenaltyOptions {
  std::optional<std::string> factors;  ///< data set, one per feature: 0 free, ∞ excluded
  Bound lower;
  Bound upper;
  bool standardize = false;
  std::optional<std::string> prior;  ///< model file: penalise the distance to it
};

/// What rows and features a model is made from.
struct DesignOptions {
  data::Source source;
  std::size_t degree = 1;
  bool interactions_only = false;
  /// Products are of factors less their centre, wherever that is exact: the same model as of the
  /// factors as they are where nothing but the likelihood tells products apart.
  bool centred_factors = false;
  bool balanced_classes = false;
  std::vector<std::pair<std::string, double>> class_weights;  ///< label and factor
};

struct SolverOptions {
  std::string name = "auto";  ///< of solver_registry.hpp
  double tolerance = 1e-9;
  std::optional<std::int64_t> max_iterations;  ///< else the solver's own
  int history = 10;                            ///< lbfgs, owlqn: pairs kept
  std::optional<double> learning_rate;         ///< gradient-descent: fixed step; sgd: first step
  double decay = 0.1;              ///< sgd: step t is learning_rate / (1 + decay t), t in epochs
  std::int64_t batch_rows = 1024;  ///< sgd
  std::uint64_t seed = 0;          ///< sgd
};

/// How the program follows a run. Called on every rank.
class FitObserver : public CheckpointObserver {
 public:
  virtual void data_read(const data::Dataset& dataset, double seconds) = 0;
  virtual void progress(const solvers::Progress& progress, double seconds) = 0;
};

}  // namespace mpilogit::problem
