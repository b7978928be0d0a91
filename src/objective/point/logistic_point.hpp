#pragma once
// The objective at some coefficients, and along a line from there.

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "objective/point/problem.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

class LogisticPoint final : public solvers::Point {
 public:
  /// Collective. Cost: one fused pass, one allreduce. Keeps 8 bytes per local row and column, and
  /// as many again from the first use of the Hessian on.
  LogisticPoint(const Problem& problem, std::span<const double> coefficients);

  std::span<const double> coefficients() const override { return coefficients_; }
  double value() const override { return value_; }
  std::span<const double> gradient() const override { return gradient_; }

  void hessian_vector(std::span<const double> direction, std::span<double> product) const override;
  void hessian_diagonal(std::span<double> diagonal) const override;
  void rough_hessian_diagonal(std::span<double> diagonal) const override;
  solvers::SymmetricMatrix hessian_matrix() const override;
  std::vector<solvers::SymmetricMatrix> hessian_blocks() const override;
  solvers::SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override;

  std::span<const double> margins() const { return margins_.values(); }  ///< local rows × columns

 private:
  std::span<const double> curvature_state() const;  // computed at first use

  const Problem& problem_;
  std::vector<double> coefficients_;
  RowValues margins_;
  std::vector<double> gradient_;
  double value_ = 0.0;
  mutable std::optional<RowValues> curvature_state_;
};

/// The gradient's data part, Σ_i residual_ik x_ij, and Σ_i s_i ℓ_i as scalar 0, over `blocks`,
/// which have `global_rows` rows on all ranks; `all_blocks` as in FusedPass. Stores the margins
/// (local rows × columns) unless empty.
PassResult gradient_pass(const Problem& problem, std::span<const LocalBlock> blocks,
                         bool all_blocks, std::int64_t global_rows,
                         std::span<const double> coefficients, std::span<double> margins);

class LogisticLine final : public solvers::Line {
 public:
  LogisticLine(const Problem& problem, const LogisticPoint& from, const LogisticPoint& to);

  /// Collective. Cost: O(local rows); an allreduce of two scalars.
  Sample at(double t) const override;

 private:
  const Problem& problem_;
  const LogisticPoint& from_;
  const LogisticPoint& to_;
};

/// s_i ∂ℓ_i/∂z_ik (local rows × columns). Cost: O(rows), no look at the data.
std::vector<double> residuals_at(const Problem& problem, const LogisticPoint& point);

}  // namespace mpilogit::objective
