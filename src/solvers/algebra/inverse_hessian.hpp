#pragma once
// The limited-memory inverse Hessian of BFGS.

#include <cstddef>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "core/archive.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::solvers {

/// diag ∇²F at the point, but no less than 1e-4 of the `largest` that it can be (or empty), for
/// where all rows are far out it says nothing; 1 where there is no curvature. Cost: one pass.
std::vector<double> curvatures_at(const Point& point, std::span<const double> largest);

/// H ≈ ∇²F⁻¹ from the last few changes s of the coefficients and y of the gradient, on top of
/// γ D⁻¹, D a diagonal of curvatures: so that columns of any scale are alike (Nocedal 1980).
class InverseHessian {
 public:
  InverseHessian(std::size_t memory, std::vector<double> curvatures)
      : memory_(memory), curvatures_(std::move(curvatures)) {}

  /// result = H · vector (dimension each). Cost: 4 · pairs · dimension products.
  void apply(std::span<const double> vector, std::span<double> result) const;

  /// Takes in a pair, unless it shows no positive curvature.
  void update(std::vector<double> s, std::vector<double> y);

  /// As a part of a run's state.
  void visit(core::Archive& archive, std::size_t dimension);

  bool empty() const { return pairs_.empty(); }
  void reset();

 private:
  struct Pair {
    std::vector<double> s;
    std::vector<double> y;
    double sy;  // sᵀy
  };

  std::size_t memory_;
  std::vector<double> curvatures_;
  std::deque<Pair> pairs_;  // oldest first
  double gamma_ = 1.0;
};

}  // namespace mpilogit::solvers
