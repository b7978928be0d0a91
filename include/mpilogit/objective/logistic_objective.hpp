#pragma once
// Logistic regression over a distributed data set, as solvers see it.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/data/dataset.hpp"
#include "mpilogit/solvers/objective.hpp"

namespace mpilogit::objective {

struct Problem;

struct LogisticOptions {
  double l2 = 0.0;  ///< λ2 ≥ 0
  int threads = 1;  ///< of this rank; changes no bit
};

/// F(w, b) = (1 / Σ s_i) Σ s_i ℓ(y_i, x_i·w + b + offset_i) + ½ λ2 ‖w‖²   (DESIGN §2)
///
/// Variables: one per feature and, last, the intercept b, which is not penalised. Every member
/// that touches data is collective, and returns the same bits on every rank and for every number of
/// ranks and threads (docs/determinism.md).
class LogisticObjective final : public solvers::Objective {
 public:
  /// Collective: measures the columns in two passes. `dataset` must have two classes, and outlive
  /// this object. Throws bad input on all ranks if a column's sums do not fit in a double, or if
  /// only one class has rows of positive weight.
  LogisticObjective(const data::Dataset& dataset, const comm::Communicator& communicator,
                    const LogisticOptions& options);
  ~LogisticObjective() override;

  std::size_t dimension() const override;
  std::unique_ptr<solvers::Point> evaluate(std::span<const double> coefficients) const override;
  std::unique_ptr<solvers::Line> between(const solvers::Point& from,
                                         const solvers::Point& to) const override;
  solvers::HessianMatrixKind hessian_matrix_kind() const override;
  std::int64_t data_passes() const override;

  /// Zero coefficients and the intercept at the log-odds of the weighted classes.
  std::vector<double> start() const;

  double total_weight() const;

  /// If the mean log-loss is below this, then every row of positive weight lies on its right side:
  /// a certificate of complete separation, for one wrong row alone costs log 2 · s_i / Σ s.
  double separation_threshold() const;

  const Problem& problem() const { return *problem_; }

 private:
  std::unique_ptr<Problem> problem_;
};

}  // namespace mpilogit::objective
