#include "solvers/algebra/inverse_hessian.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/algebra/vector_algebra.hpp"

namespace mpilogit::solvers {

std::vector<double> curvatures_at(const Point& point, std::span<const double> largest) {
  constexpr double kLeastPart = 1e-4;
  std::vector<double> diagonal(point.gradient().size());
  point.hessian_diagonal(diagonal);
  for (std::size_t j = 0; j < largest.size(); ++j) {
    diagonal[j] = std::max(diagonal[j], kLeastPart * largest[j]);
  }
  for (double& entry : diagonal) {
    if (!(entry > 0.0) || !std::isfinite(entry)) entry = 1.0;
  }
  return diagonal;
}

// The two loops: H = Vᵀ … (γ D⁻¹) … V + Σ s sᵀ / sᵀy, newest pair outermost.
void InverseHessian::apply(std::span<const double> vector, std::span<double> result) const {
  std::copy(vector.begin(), vector.end(), result.begin());
  std::vector<double> weights(pairs_.size());
  for (std::size_t i = pairs_.size(); i-- > 0;) {
    weights[i] = dot(pairs_[i].s, result) / pairs_[i].sy;
    add_scaled(-weights[i], pairs_[i].y, result);
  }
  for (std::size_t j = 0; j < result.size(); ++j) result[j] *= gamma_ / curvatures_[j];
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const double along = dot(pairs_[i].y, result) / pairs_[i].sy;
    add_scaled(weights[i] - along, pairs_[i].s, result);
  }
}

// γ = sᵀy / yᵀD⁻¹y: the curvature along the last step, in units of D.
void InverseHessian::update(std::vector<double> s, std::vector<double> y) {
  const double sy = dot(s, y);
  double yy = 0.0;
  for (std::size_t j = 0; j < y.size(); ++j) yy += y[j] * y[j] / curvatures_[j];
  if (!(sy > std::numeric_limits<double>::epsilon() * yy)) return;
  if (pairs_.size() == memory_) pairs_.pop_front();
  pairs_.push_back({std::move(s), std::move(y), sy});
  gamma_ = sy / yy;
}

void InverseHessian::visit(core::Archive& archive, std::size_t dimension) {
  archive.exactly(curvatures_, dimension);
  archive(gamma_);
  archive.each(pairs_, [&](Pair& pair) {
    archive.exactly(pair.s, dimension);
    archive.exactly(pair.y, dimension);
    archive(pair.sy);
  });
}

void InverseHessian::reset() {
  pairs_.clear();
  gamma_ = 1.0;
}

}  // namespace mpilogit::solvers
