#pragma once
// F and its derivatives at one w, from one fused pass; keeps the margins.

#include <span>
#include <vector>

#include "mpilogit/solvers/objective.hpp"

#include "problem.hpp"

namespace mpilogit::objective {

class LogisticPoint final : public solvers::Point {
 public:
  /// Collective. Cost: one fused pass, one allreduce. Keeps 8 bytes per local row, and as many
  /// again from the first use of the Hessian on.
  LogisticPoint(const Problem& problem, std::span<const double> coefficients);

  std::span<const double> coefficients() const override { return coefficients_; }
  double value() const override { return value_; }
  std::span<const double> gradient() const override { return gradient_; }

  void hessian_vector(std::span<const double> direction, std::span<double> product) const override;
  void hessian_diagonal(std::span<double> diagonal) const override;
  solvers::SymmetricMatrix hessian_matrix() const override;

  std::span<const double> margins() const { return margins_; }  ///< local rows

 private:
  /// s_i e / (1 + e)² of every local row, computed at first use.
  std::span<const double> curvatures() const;
  solvers::SymmetricMatrix hessian_of(std::span<const LocalBlock> blocks) const;

  const Problem& problem_;
  std::vector<double> coefficients_;
  std::vector<double> margins_;
  std::vector<double> gradient_;
  double value_ = 0.0;
  mutable std::vector<double> curvatures_;
};

}  // namespace mpilogit::objective
