#pragma once
// Approximate inverses of the Hessian: cheap to apply, the same on every rank.

#include <memory>
#include <span>

#include "mpilogit/solvers/objective.hpp"

namespace mpilogit::solvers {

class Preconditioner {
 public:
  virtual ~Preconditioner() = default;
  Preconditioner() = default;
  Preconditioner(const Preconditioner&) = delete;
  Preconditioner& operator=(const Preconditioner&) = delete;

  /// result = M⁻¹ vector (dimension each), M symmetric, positive on what is not aliased.
  virtual void apply(std::span<const double> vector, std::span<double> result) const = 0;
};

/// M = the point's Hessian matrix, factorised with the last variable (the intercept) first.
/// Cost: that of the matrix, and n³/3 products.
std::unique_ptr<Preconditioner> matrix_preconditioner(const Point& point);

/// M = the tempered diagonal of the point's Hessian. Cost: one pass over the data.
std::unique_ptr<Preconditioner> diagonal_preconditioner(const Point& point);

}  // namespace mpilogit::solvers
