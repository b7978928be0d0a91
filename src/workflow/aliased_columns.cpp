#include "aliased_columns.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "mpilogit/objective/squared_margins.hpp"
#include "mpilogit/solvers/cholesky.hpp"

namespace mpilogit::workflow {

namespace {

// An element of the Hessian is a multiple of 2^-61 of its bound, ¼ Q_j / S: of less than so much of
// that there are too few digits left.
constexpr double kThin = 1e-3;

// A pivot that should be 0 comes out at about ε ‖x_k‖² / ‖x_j‖² for a rare column j that is a
// combination of common ones k.
constexpr double kSuspicious = 1e-6;

constexpr double kAliased = 1e-14;  // of Σ_k α_k² Q_k, what may be left of their sum

// The free features and the intercept as one class sees them.
class OneClass {
 public:
  OneClass(const objective::LogisticObjective& objective, const FreeVariables& free)
      : objective_(objective), variables_(free.variables) {
    for (std::size_t a = 0; a < variables_.size(); a += columns()) positions_.push_back(a);
  }

  std::size_t size() const { return positions_.size(); }
  std::size_t columns() const { return objective_.classes(); }
  std::size_t feature(std::size_t place) const { return variables_[positions_[place]] / columns(); }

  // The block of the first class of a Hessian that can tell.
  solvers::SymmetricMatrix gram(const solvers::SymmetricMatrix& hessian,
                                std::span<const double> squares) const {
    solvers::SymmetricMatrix own = part_of(hessian, positions_);
    bool thin = false;
    for (std::size_t p = 0; p < size(); ++p) {
      const double bound = 0.25 * squares[feature(p)] / objective_.total_weight();
      thin = thin || own(p, p) < kThin * bound;
    }
    if (!thin) return own;
    const auto null = objective_.evaluate(objective_.start_at_shares());
    return part_of(null->hessian_matrix(variables_), positions_);
  }

 private:
  const objective::LogisticObjective& objective_;
  std::span<const std::size_t> variables_;
  std::vector<std::size_t> positions_;
};

/// x_j = Σ_k α_k x_k over the intercept and features before it.
struct Combination {
  std::size_t place = 0;       // of j, as OneClass counts
  std::vector<double> shares;  // α, by place
};

// Those whose pivots leave it open; but not those that are known to be none.
std::vector<Combination> candidates(const solvers::SymmetricMatrix& gram,
                                    const std::vector<bool>& refuted) {
  const std::size_t n = gram.dimension;
  std::vector<double> smallest;
  for (std::size_t j = 0; j < n; ++j) smallest.push_back(refuted[j] ? 0.0 : kSuspicious);
  const solvers::Cholesky factor(gram, n - 1, std::move(smallest));
  std::vector<Combination> found;
  for (const auto j : factor.aliased()) {
    if (refuted[j]) continue;
    Combination own{j, factor.combination(j)};
    for (double& share : own.shares) share *= std::sqrt(gram(j, j));
    found.push_back(std::move(own));
  }
  return found;
}

// Of each Σ_i s_i (x_ij − Σ_k α_k x_ik)² from the rows, relative to what cancels there.
std::vector<double> left_over(const objective::LogisticObjective& objective,
                              const OneClass& features, std::span<const double> squares,
                              std::span<const Combination> found) {
  std::vector<double> directions(squares.size() * found.size());
  for (std::size_t c = 0; c < found.size(); ++c) {
    for (std::size_t p = 0; p < features.size(); ++p) {
      const double share = p == found[c].place ? -1.0 : found[c].shares[p];
      directions[features.feature(p) * found.size() + c] = share;
    }
  }
  auto left = objective::squared_margins(objective, directions, found.size());
  for (std::size_t c = 0; c < found.size(); ++c) {
    double parts = squares[features.feature(found[c].place)];
    for (std::size_t p = 0; p < features.size(); ++p) {
      parts += found[c].shares[p] * found[c].shares[p] * squares[features.feature(p)];
    }
    if (parts > 0.0) left[c] /= parts;
  }
  return left;
}

// A candidate that the rows refute may be part of the combinations of later ones: then again.
std::vector<Combination> combinations_of(const objective::LogisticObjective& objective,
                                         const OneClass& features, std::span<const double> squares,
                                         const solvers::SymmetricMatrix& gram) {
  std::vector<bool> refuted(features.size(), false);
  while (true) {
    const std::vector<Combination> found = candidates(gram, refuted);
    if (found.empty()) return found;
    const auto left = left_over(objective, features, squares, found);
    bool again = false;
    for (std::size_t c = 0; c < found.size(); ++c) {
      const bool confirmed = left[c] <= kAliased;
      refuted[found[c].place] = !confirmed;
      again = again || !confirmed;
    }
    if (!again) return found;
  }
}

// w_k += α_k w_j, w_j = 0, for every class.
bool move(const OneClass& features, const Combination& combination,
          std::span<double> coefficients) {
  bool any = false;
  const std::size_t columns = features.columns();
  for (std::size_t k = 0; k < columns; ++k) {
    double& own = coefficients[features.feature(combination.place) * columns + k];
    if (own == 0.0) continue;
    any = true;
    for (std::size_t p = 0; p < features.size(); ++p) {
      coefficients[features.feature(p) * columns + k] += combination.shares[p] * own;
    }
    own = 0.0;
  }
  return any;
}

}  // namespace

AliasedColumns take_out_aliased(const objective::LogisticObjective& objective,
                                std::span<const double> squares,
                                const solvers::SymmetricMatrix& hessian, FreeVariables& free,
                                std::span<double> coefficients) {
  const OneClass features(objective, free);
  const std::vector<Combination> combinations =
      combinations_of(objective, features, squares, features.gram(hessian, squares));
  AliasedColumns columns;
  std::vector<std::size_t> aliased;
  for (const auto& combination : combinations) {
    aliased.push_back(features.feature(combination.place));
    columns.moved = move(features, combination, coefficients) || columns.moved;
  }
  for (std::size_t a = 0; a < free.variables.size(); ++a) {
    const std::size_t variable = free.variables[a];
    const bool out =
        std::binary_search(aliased.begin(), aliased.end(), variable / features.columns());
    if (out) columns.variables.push_back(variable);
    if (!out) columns.kept.push_back(a);
  }
  free.keep(columns.kept);
  return columns;
}

}  // namespace mpilogit::workflow
