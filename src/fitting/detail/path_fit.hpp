#pragma once
// One problem along a sequence of penalties, each step starting from the last.

#include <cstddef>
#include <vector>

#include "fitting/path.hpp"
#include "objective/logistic_objective.hpp"
#include "problem/fit_options.hpp"
#include "problem/penalty.hpp"

namespace mpilogit::fitting {

/// λ1 = l1_ratio λ, λ2 = (1 − l1_ratio) λ: glmnet's λ and α.
inline problem::PenaltyStrength strength_at(double lambda, double l1_ratio) {
  return {l1_ratio * lambda, (1.0 - l1_ratio) * lambda};
}

/// λ_0 = largest, …, λ_{count−1} = largest · ratio, geometric; from our own exp and log.
std::vector<double> geometric_sequence(double largest, double ratio, std::size_t count);

/// The grid's λ for a λ_max, for data of this shape.
std::vector<double> lambdas(const LambdaGrid& grid, double largest, std::int64_t rows,
                            std::size_t features);

class PathFit {
 public:
  /// Collective. All references must outlive this object. `keeper` may be null.
  PathFit(const objective::Passes& passes, objective::Targets targets,
          const problem::PenaltyFactory& penalties, const problem::SolverOptions& options,
          solvers::StateKeeper* keeper);

  /// As a part of a run's state; a step under way has a frame of its own.
  void visit(core::Archive& archive);

  /// Fits what is not penalised, with everything penalised at its centre: the path starts there.
  /// Collective, as are all below.
  void fit_null();

  /// Of the null model: its mean log-loss, and the least λ at which it is the optimum. Needs
  /// `fit_null`.
  double null_loss() const { return null_loss_; }
  double largest_lambda(double l1_ratio) const;

  /// The optimum at λ, from the last step's.
  const solvers::Solution& step(double lambda, double l1_ratio);

  /// Of the last step: mean log-loss without the penalty; coefficients off 0, intercepts not
  /// counted.
  double log_loss() const;
  std::int64_t nonzeros() const;

  std::size_t columns() const { return objective_.classes(); }
  std::size_t dimension() const { return objective_.dimension(); }

 private:
  solvers::Solution minimise(double screening);

  const problem::PenaltyFactory& penalties_;
  problem::SolverOptions options_;
  solvers::StateKeeper* keeper_;
  problem::PenaltyFactory::Scales scales_;
  problem::Penalty penalty_;
  objective::LogisticObjective objective_;
  solvers::Solution solution_;
  double last_lambda_ = 0.0;
  double null_loss_ = 0.0;
  double steepest_ = 0.0;  // largest gradient over L1 scale at the null model
};

}  // namespace mpilogit::fitting
