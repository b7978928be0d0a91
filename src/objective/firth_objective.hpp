#pragma once
// Firth's penalised likelihood over a distributed data set, as solvers see it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "objective/logistic_objective.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

/// F(β) = (1/S) (Σ s_i ℓ_i − ½ log(|I(β)| / |I_max|)),   I = Σ c_i x̃_i x̃_iᵀ,   c_i = s_i μ_i (1 −
/// μ_i)
///
/// for two classes: the log-likelihood plus half the logarithm of the information's determinant,
/// Jeffreys' prior (Firth 1993; Heinze and Schemper 2002 for logistic regression). I_max has every
/// c_i = s_i / 4: a constant that keeps F positive and free of the columns' units. The optimum is
/// finite also where the classes are separated. With the leverage h_i = c_i x̃_iᵀ I⁻¹ x̃_i
///
///     S ∂F/∂β_j = −Σ_i (s_i (y_i − μ_i) + h_i (½ − μ_i)) x_ij
///
/// Aggregated rows and weights count as so many rows. What points give as the Hessian is
///
///     (1/S) Σ (s_i + h_i) μ_i (1 − μ_i) x̃_i x̃_iᵀ,
///
/// the derivative of that with the h_i held fast: exact for cells of rows that are alike, near the
/// truth elsewhere, and positive. Newton's method converges linearly with it; with the information
/// alone (Fisher scoring) it does not for a column that a single row has. Columns that are aliased
/// under I_max are left out: no gradient, no curvature, no part in |I|.
class FirthObjective final : public solvers::Objective {
 public:
  /// Collective. `logistic` must have two classes and no penalty, and outlive this object; its
  /// points made before must no longer be used. `left_out`: columns that are known to be aliased,
  /// which a pivot alone cannot always tell. Cost: a Gram matrix.
  explicit FirthObjective(LogisticObjective& logistic, std::span<const std::size_t> left_out = {});

  std::size_t dimension() const override { return logistic_.dimension(); }
  /// Cost: two passes (one for the likelihood, one for the leverages) and a Gram matrix between
  /// them. F is ∞ where rounding leaves I singular.
  std::unique_ptr<solvers::Point> evaluate(std::span<const double> coefficients) const override;
  /// Each sample of the line costs what a point does.
  std::unique_ptr<solvers::Line> between(const solvers::Point& from,
                                         const solvers::Point& to) const override;
  solvers::HessianMatrixKind hessian_matrix_kind() const override {
    return solvers::HessianMatrixKind::exact;
  }
  bool hessian_complete() const override { return false; }
  double hessian_matrix_passes() const override { return 0.0; }  // little beside a point
  std::size_t classes() const override { return 1; }
  std::span<const double> common_curvature() const override { return {}; }
  /// That of the log-loss; leverages may double it.
  std::span<const double> largest_curvature() const override {
    return logistic_.largest_curvature();
  }
  solvers::PenaltyShape penalty_shape() const override {
    return {{}, logistic_.penalty_shape().largest};
  }
  bool hessian_affordable(std::span<const std::size_t> /*variables*/) const override {
    return true;
  }
  std::int64_t data_rows() const override { return logistic_.data_rows(); }
  std::int64_t data_passes() const override { return logistic_.data_passes(); }
  void visit_passes(core::Archive& archive) const override { logistic_.visit_passes(archive); }

  /// Indices of the columns that are left out, ascending. Their coefficients stay where a solver
  /// starts them.
  std::span<const std::size_t> left_out() const { return left_out_; }

  /// What F is made of, at some coefficients.
  struct Parts {
    double log_loss = 0.0;         ///< (1/S) Σ s_i ℓ_i
    double log_determinant = 0.0;  ///< log |I|, not relative to I_max
  };
  /// Collective. Cost: that of a point.
  Parts parts(std::span<const double> coefficients) const;

 private:
  LogisticObjective& logistic_;
  double largest_log_determinant_ = 0.0;  // log |I_max|
  std::vector<std::size_t> left_out_;
};

}  // namespace mpilogit::objective
