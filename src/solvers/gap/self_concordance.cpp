#include "solvers/gap/self_concordance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "solvers/gap/progress.hpp"

namespace mpilogit::solvers {

namespace {

constexpr std::size_t kMostVariables = 1000;
constexpr double kRounding = 0x1p-50;   // of H_jk, and of its factor per variable
constexpr double kMostRounding = 1e-5;  // of H, relative to itself along any direction

// The most that a row's margins can differ by where variable j moves by lengths[j]: its largest
// entry times that, summed over the features; between two classes twice that of one.
double reach(std::span<const double> largest, std::size_t classes,
             std::span<const double> lengths) {
  double most = 0.0;
  for (std::size_t k = 0; k < classes; ++k) {
    double sum = 0.0;
    for (std::size_t j = 0; j < largest.size(); ++j) {
      sum += largest[j] * std::abs(lengths[j * classes + k]);
    }
    most = std::max(most, sum);
  }
  return classes == 1 ? most : 2.0 * most;
}

bool is_known(const Objective& objective, const Cholesky& factor) {
  return !objective.penalty_shape().l2.empty() && objective.hessian_complete() &&
         !objective.largest_curvature().empty() && objective.dimension() <= kMostVariables &&
         factor.aliased().empty();
}

// What rounding may change H by, relative to H itself: its entries, and the sums of the factor, are
// good to ε √(L_j L_k), L the largest curvatures there can be, and |v_j| ≤ √(H⁻¹)_jj √(vᵀH v).
// Where the weights of rows have vanished, H is far below L and this is large.
double relative_rounding(std::span<const double> largest_curvature, std::span<const double> norms) {
  double sum = 0.0;
  for (std::size_t j = 0; j < norms.size(); ++j) sum += std::sqrt(largest_curvature[j]) * norms[j];
  return kRounding * static_cast<double>(norms.size()) * sum * sum;
}

}  // namespace

std::optional<double> self_concordant_bound(const Objective& objective, const Point& point,
                                            const Cholesky& factor,
                                            std::span<const double> factorised_at) {
  if (!is_known(objective, factor)) return std::nullopt;
  const auto largest = objective.penalty_shape().largest;
  const std::size_t n = objective.dimension();
  const std::vector<double> root = factor.inverse_root();  // H⁻¹ = R Rᵀ
  const std::vector<double> rounding = gradient_rounding(objective, point.value());
  const auto gradient = point.gradient();
  const auto w = point.coefficients();
  std::vector<double> way(n);
  std::vector<double> norms(n);        // √(H⁻¹)_jj
  std::vector<double> transformed(n);  // Rᵀ g
  double lambda_of_rounding = 0.0;
  for (std::size_t j = 0; j < n; ++j) {
    double square = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double entry = root[j * n + k];
      square += entry * entry;
      transformed[k] += entry * gradient[j];
    }
    norms[j] = std::sqrt(square);
    lambda_of_rounding += norms[j] * rounding[j];
    way[j] = w[j] - factorised_at[j];
  }
  if (!(relative_rounding(objective.largest_curvature(), norms) <= kMostRounding)) {
    return std::nullopt;
  }
  double square = 0.0;
  for (const double component : transformed) square += component * component;
  const double growth = std::exp(0.5 * reach(largest, objective.classes(), way)) *  // √e^S
                        (1.0 + kMostRounding);
  const double lambda = growth * (std::sqrt(square) + lambda_of_rounding);
  const double kappa = growth * reach(largest, objective.classes(), norms);
  const double a = kappa * lambda;
  if (!(a < 0.5)) return std::nullopt;
  return 0.5 * lambda * lambda * (1.0 + a / (3.0 * (1.0 - a)));
}

}  // namespace mpilogit::solvers
