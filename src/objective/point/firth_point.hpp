#pragma once
// Firth's F and its gradient at one β.

#include <optional>
#include <span>
#include <vector>

#include "objective/point/logistic_point.hpp"
#include "objective/point/problem.hpp"
#include "solvers/cholesky.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

/// S · ∇² of the unpenalised objective at these margins (local rows), over all features and the
/// intercept: the information I = Σ c_i x̃_i x̃_iᵀ without the excluded features. Collective. Cost: a
/// Gram matrix.
solvers::SymmetricMatrix information(const Problem& problem, std::span<const double> margins);

class FirthPoint final : public solvers::Point {
 public:
  /// Collective. `reference`: log |I_max|; `left_out`: how many columns are excluded.
  FirthPoint(const Problem& problem, std::span<const double> coefficients, double reference,
             std::size_t left_out);

  std::span<const double> coefficients() const override { return logistic_.coefficients(); }
  double value() const override { return value_; }
  std::span<const double> gradient() const override { return gradient_; }

  void hessian_vector(std::span<const double> direction, std::span<double> product) const override;
  void hessian_diagonal(std::span<double> diagonal) const override;
  solvers::SymmetricMatrix hessian_matrix() const override { return hessian(); }
  std::vector<solvers::SymmetricMatrix> hessian_blocks() const override { return {hessian()}; }
  solvers::SymmetricMatrix hessian_matrix(std::span<const std::size_t> variables) const override;

  double log_loss() const { return logistic_.value(); }
  double log_determinant() const { return log_determinant_; }

 private:
  void add_leverages(const solvers::Cholesky& factor);
  const solvers::SymmetricMatrix& hessian() const;  // computed at first use

  const Problem& problem_;
  LogisticPoint logistic_;
  solvers::SymmetricMatrix information_;
  RowValues leverages_;
  mutable std::optional<solvers::SymmetricMatrix> hessian_;
  std::vector<double> gradient_;
  double value_ = 0.0;
  double log_determinant_ = 0.0;
};

}  // namespace mpilogit::objective
