#pragma once
// Logistic and softmax regression over a distributed data set, as solvers see them.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "objective/passes.hpp"
#include "objective/ridge_penalty.hpp"
#include "objective/targets.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

struct Problem;

/// F(w, b) = (1 / Σ s_i) Σ s_i ℓ(y_i, z_i) + ½ Σ_j λ2_j Σ_k (w_jk − c_jk)²   (DESIGN §2)
/// with z_ik = offset_i + b_k + Σ_j x_ij w_jk.
///
/// Variables: (features + 1) × columns, row-major: all columns of feature 0, …, and last the
/// intercepts, which are not penalised. One column for two classes; for more, one per class, or one
/// for each class but the first, which is then the reference. Every member that touches data is
/// collective, and returns the same bits on every rank and for every number of ranks and threads
/// (docs/determinism.md).
class LogisticObjective final : public solvers::Objective {
 public:
  /// Collective. `passes` must outlive this object. Throws bad input on all ranks if a class has no
  /// rows of positive weight.
  LogisticObjective(const Passes& passes, Targets targets, RidgePenalty penalty);
  ~LogisticObjective() override;

  std::size_t dimension() const override;
  std::unique_ptr<solvers::Point> evaluate(std::span<const double> coefficients) const override;
  std::unique_ptr<solvers::Line> between(const solvers::Point& from,
                                         const solvers::Point& to) const override;
  solvers::HessianMatrixKind hessian_matrix_kind() const override;
  double hessian_matrix_error() const override;
  double hessian_matrix_passes() const override;
  std::size_t classes() const override;
  std::span<const double> common_curvature() const override;
  std::span<const double> largest_curvature() const override;
  solvers::PenaltyShape penalty_shape() const override;
  bool hessian_affordable(std::span<const std::size_t> variables) const override;
  std::unique_ptr<solvers::Objective> sampled(std::int64_t stride) const override;
  std::int64_t data_rows() const override;
  std::int64_t data_passes() const override;
  void visit_passes(core::Archive& archive) const override;

  /// Where smooth solvers start: zero (or the penalty's centre), of two classes with the intercept
  /// at their log-odds.
  std::vector<double> start() const;

  /// Zero (or the centre) with the intercepts that give every class its share of the weights: the
  /// optimum where everything else is held at 0.
  std::vector<double> start_at_shares() const;

  /// The same rows and targets under another penalty. Points made before must no longer be used.
  void change_penalty(RidgePenalty penalty);

  double total_weight() const;

  /// max_i |x_ij| of each feature and, last, 1 for the intercept.
  std::span<const double> largest_absolute() const;

  /// The data's part of F where the margins, with offsets, are these (local rows × columns).
  /// Collective; reads no rows.
  double mean_loss(std::span<const double> margins) const;

  /// The penalty's part of F at these coefficients (dimension).
  double penalty(std::span<const double> coefficients) const;

  /// If the mean log-loss is below this, then every row of positive weight has more than half of
  /// the probability on its class: a certificate of complete separation, for one wrong row alone
  /// costs log 2 · s_i / Σ s. (Of aggregated rows, trials of one row may differ: no certificate,
  /// 0.)
  double separation_threshold() const;

  const Problem& problem() const { return *problem_; }

 private:
  explicit LogisticObjective(std::unique_ptr<Problem> problem);

  std::unique_ptr<Problem> problem_;
};

/// The margins of a point that such an objective made (local rows × columns); they live as long as
/// the point.
std::span<const double> margins_of(const solvers::Point& point);

}  // namespace mpilogit::objective
