// Columns that the others already hold.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "objective/signed_margins.hpp"
#include "solvers/cholesky.hpp"
#include "statistics/identifiability.hpp"

namespace mpilogit::statistics {

namespace {

// A pivot is the share of a column's square that the columns before it do not explain. That of an
// aliased column is rounding noise, about ε n / n_j where a level of a factor has n_j rows of n;
// that of x² beside x may be honest and as small. So candidates come first by a generous pivot, and
// if the rows contradict one of them, by a smaller; in the end only those that they confirm.
constexpr std::array kCandidatePivots = {1e-6, 1e-8, 1e-10, 1e-12};
constexpr double kResidual = 1e-8;  // of the column's spread
constexpr double kNoTerm = 1e-7;    // of the column's own size

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

// How far column j is spread, at least: what is left of it when its mean is taken away, by its mean
// square or by its largest entry. `gram`: up to a factor, the intercept last.
double spread_of(const solvers::SymmetricMatrix& gram, std::size_t j, double largest) {
  const std::size_t intercept = gram.dimension - 1;
  const double rows = gram(intercept, intercept);
  const double mean = gram(intercept, j) / rows;
  const double variance = gram(j, j) / rows - mean * mean;
  return std::max(std::sqrt(std::max(variance, 0.0)), largest - std::fabs(mean));
}

// Those of which x_j − Σ_k factor_k x_k is 0 in every row: within 1e-8 of the column's spread, or
// within the rounding of its entries. Cost: a read of the rows for every few of them.
std::vector<AliasedColumn> confirmed(const objective::LogisticObjective& objective,
                                     const solvers::SymmetricMatrix& gram,
                                     const std::vector<AliasedColumn>& candidates) {
  constexpr std::size_t kAtOnce = 32;
  constexpr double kRoundingOfEntries = 1e-12;  // of the combination too
  const auto largest = objective.largest_absolute();
  std::vector<AliasedColumn> found;
  for (std::size_t first = 0; first < candidates.size(); first += kAtOnce) {
    const std::size_t columns = std::min(kAtOnce, candidates.size() - first);
    std::vector<double> directions(largest.size() * columns, 0.0);
    for (std::size_t c = 0; c < columns; ++c) {
      const auto& [column, combination] = candidates[first + c];
      directions[column * columns + c] += 1.0;
      for (const auto& term : combination) directions[term.column * columns + c] -= term.factor;
    }
    const auto left = objective::largest_margins(objective, directions, columns);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t j = candidates[first + c].column;
      const double allowed =
          std::max(kResidual * spread_of(gram, j, largest[j]), kRoundingOfEntries * largest[j]);
      if (left[c] <= allowed) found.push_back(candidates[first + c]);
    }
  }
  return found;
}

}  // namespace

std::vector<AliasedColumn> aliased_columns(const objective::LogisticObjective& objective) {
  const solvers::SymmetricMatrix gram = objective::column_products(objective);
  std::vector<AliasedColumn> found;
  for (const double pivot : kCandidatePivots) {
    const solvers::Cholesky factor(gram, gram.dimension - 1, pivot);
    std::vector<AliasedColumn> candidates;
    for (const auto j : factor.aliased()) candidates.push_back(explained(gram, factor, j));
    found = confirmed(objective, gram, candidates);
    if (found.size() == candidates.size()) break;
  }
  return found;
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
