#include "inference/detail/free_variables.hpp"

#include <algorithm>
#include <utility>

namespace mpilogit::inference {

namespace {

bool held(const problem::Penalty& penalty, std::size_t variable, double coefficient) {
  const solvers::L1AndBounds& part = penalty.l1_and_bounds;
  if (coefficient == part.lower[variable] || coefficient == part.upper[variable]) return true;
  return part.l1[variable] > 0.0 && coefficient == part.centre[variable];
}

}  // namespace

void FreeVariables::keep(std::span<const std::size_t> positions) {
  FreeVariables kept;
  for (std::size_t a = 0; a < positions.size(); ++a) {
    const std::size_t position = positions[a];
    kept.variables.push_back(variables[position]);
    if (position < intercepts) kept.intercepts = a + 1;
  }
  *this = std::move(kept);
}

FreeVariables free_variables(const objective::LogisticObjective& objective,
                             const problem::Penalty& penalty,
                             std::span<const double> coefficients) {
  const std::size_t columns = objective.classes();
  const std::size_t first_intercept = coefficients.size() - columns;
  const auto common = objective.common_curvature();
  FreeVariables free;
  for (std::size_t first = 0; first < coefficients.size(); first += columns) {
    const std::size_t position = free.variables.size();
    if (first == first_intercept) free.intercepts = position;
    const std::size_t feature = first / columns;
    if (first < first_intercept && penalty.ridge.keeps_out(feature)) continue;
    for (std::size_t v = first; v < first + columns; ++v) {
      if (!held(penalty, v, coefficients[v])) free.variables.push_back(v);
    }
    const bool whole = free.variables.size() == position + columns;
    if (whole && !common.empty() && common[feature] == 0.0) free.common.push_back({position, 0.0});
  }
  return free;
}

void lend_curvature(FreeVariables& free, std::size_t columns, solvers::SymmetricMatrix& hessian) {
  for (auto& [first, curvature] : free.common) {
    curvature = hessian(first, first);
    for (std::size_t j = first; j < first + columns; ++j) {
      for (std::size_t k = first; k <= j; ++k) hessian(j, k) += curvature;
    }
  }
  // A feature without curvature, a column of zeros, is aliased in every class.
  std::erase_if(free.common, [](const CommonDirection& d) { return d.curvature == 0.0; });
}

// 1 is an eigenvector of c 1 1ᵀ with the eigenvalue c K, so that the inverse has 1 1ᵀ / (S c K²).
void take_back_curvature(const FreeVariables& free, std::size_t columns, double total_weight,
                         std::span<double> covariance) {
  const std::size_t n = free.variables.size();
  const bool matrix = covariance.size() == n * n;
  const auto count = static_cast<double>(columns);
  for (const auto& [first, curvature] : free.common) {
    const double lent = 1.0 / (total_weight * curvature * count * count);
    for (std::size_t j = first; j < first + columns; ++j) {
      if (!matrix) covariance[j] -= lent;
      for (std::size_t k = first; matrix && k < first + columns; ++k) covariance[j * n + k] -= lent;
    }
  }
}

}  // namespace mpilogit::inference
