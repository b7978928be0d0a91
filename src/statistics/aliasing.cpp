// Columns that the others already hold.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "mpilogit/objective/margin_gains.hpp"
#include "mpilogit/solvers/cholesky.hpp"
#include "mpilogit/statistics/identifiability.hpp"

namespace mpilogit::statistics {

namespace {

// A pivot is the share of a column's square that the columns before it do not explain. That of an
// aliased column is rounding noise, about ε n / n_j where a level of a factor has n_j rows of n;
// that of x² beside x may be honest and as small. So candidates come first by a generous pivot, and
// if the rows contradict one of them, by a smaller.
constexpr std::array kCandidatePivots = {1e-6, 1e-8, 1e-10, 1e-12};
constexpr double kResidual = 1e-8;  // of the column's largest entry
constexpr double kNoTerm = 1e-7;    // of the column's own size
constexpr double kGoldenRatio = 1.61803398874989484820;

// (features + 1)², the intercept last: of one class, for with all margins alike the curvatures of
// the classes are the same multiple of the weights.
solvers::SymmetricMatrix gram_matrix(const objective::LogisticObjective& objective) {
  const std::vector<double> zero(objective.dimension(), 0.0);
  std::vector<std::size_t> of_one_class;
  for (std::size_t v = 0; v < zero.size(); v += objective.classes()) of_one_class.push_back(v);
  return objective.evaluate(zero)->hessian_matrix(of_one_class);
}

// x_j's coefficients on the columns that are not aliased: G a = G_j.
AliasedColumn explained(const solvers::SymmetricMatrix& gram, const solvers::Cholesky& factor,
                        std::size_t j) {
  std::vector<double> factors(gram.dimension);
  for (std::size_t k = 0; k < gram.dimension; ++k) {
    const auto [low, high] = std::minmax(j, k);
    factors[k] = gram(high, low);
  }
  factor.solve(factors, factors);
  AliasedColumn column{j, {}};
  for (std::size_t k = 0; k < factors.size(); ++k) {
    if (std::fabs(factors[k]) * std::sqrt(gram(k, k)) > kNoTerm * std::sqrt(gram(j, j))) {
      column.combination.push_back({k, factors[k]});
    }
  }
  return column;
}

// Whether x_j − Σ_k factor_k x_k is 0 in every row, for all of them: seen by their sum with unlike
// factors, which cannot cancel in all rows at once. One read for all.
bool confirmed(const objective::LogisticObjective& objective,
               const std::vector<AliasedColumn>& aliased) {
  if (aliased.empty()) return true;
  const auto largest = objective.largest_absolute();
  std::vector<double> direction(largest.size(), 0.0);
  double factor = 1.0;
  for (const auto& [column, combination] : aliased) {
    factor = factor * kGoldenRatio - std::floor(factor * kGoldenRatio) + 1.0;  // in [1, 2)
    const double scaled = largest[column] > 0.0 ? factor / largest[column] : 1.0;
    direction[column] += scaled;
    for (const auto& term : combination) direction[term.column] -= scaled * term.factor;
  }
  return objective::largest_margin(objective, direction) <= kResidual;
}

}  // namespace

std::vector<AliasedColumn> aliased_columns(const objective::LogisticObjective& objective) {
  const solvers::SymmetricMatrix gram = gram_matrix(objective);
  std::vector<AliasedColumn> aliased;
  for (const double pivot : kCandidatePivots) {
    const solvers::Cholesky factor(gram, gram.dimension - 1, pivot);
    aliased.clear();
    for (const auto j : factor.aliased()) aliased.push_back(explained(gram, factor, j));
    if (confirmed(objective, aliased)) break;
  }
  return aliased;
}

void drop_aliased(const std::vector<AliasedColumn>& aliased, std::size_t columns,
                  std::vector<double>& coefficients) {
  for (const auto& [column, combination] : aliased) {
    for (std::size_t k = 0; k < columns; ++k) {
      double& own = coefficients[column * columns + k];
      for (const auto& term : combination) {
        coefficients[term.column * columns + k] += term.factor * own;
      }
      own = 0.0;
    }
  }
}

}  // namespace mpilogit::statistics
