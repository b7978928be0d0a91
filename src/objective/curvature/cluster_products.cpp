#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "kernels/column_statistics.hpp"
#include "kernels/weighted_gram.hpp"
#include "objective/curvature/cluster_scores.hpp"
#include "objective/pass/exact_pass.hpp"
#include "objective/point/residuals.hpp"
#include "objective/score_products.hpp"

namespace mpilogit::objective {

namespace {

/// Some clusters after the other, as many as fit into `bytes`.
class Rounds {
 public:
  Rounds(std::int64_t clusters, std::size_t variables, std::int64_t bytes) : clusters_(clusters) {
    const auto block = kClusterBlock * static_cast<std::int64_t>(variables * sizeof(std::int64_t));
    length_ = std::max<std::int64_t>(1, bytes / block) * kClusterBlock;
  }

  std::int64_t count() const { return (clusters_ + length_ - 1) / length_; }
  std::int64_t first(std::int64_t round) const { return round * length_; }
  std::int64_t last(std::int64_t round) const { return std::min(clusters_, (round + 1) * length_); }

 private:
  std::int64_t clusters_;
  std::int64_t length_ = 0;
};

kernels::AnyRows rows_of_block(const OwnedScores& owned, const LocalBlock& block,
                               std::size_t width) {
  return kernels::AnyDenseRows(
      kernels::DenseRows<double>{owned.scores.data() + block.first * width, block.rows, width});
}

// |g_cv| ≤ B_v, and so is their sum over c: Σ_c g_cv² ≤ B_v².
std::vector<core::FixedPoint> square_scales(std::span<const double> bounds) {
  std::vector<core::FixedPoint> scales;
  for (const double bound : bounds) {
    if (!std::isfinite(bound * bound)) {
      throw core::bad_input({.what = "a feature has values too large for cluster-robust errors",
                             .where = {},
                             .why = "the squares of its sums do not fit in a double",
                             .remedy = "Give the column another unit"})
          .as_agreed();
    }
    scales.emplace_back(bound * bound);
  }
  return scales;
}

std::vector<double> sum_of_squares(const OwnedScores& owned, const SharedRows& rows,
                                   std::span<const core::FixedPoint> scales) {
  const core::ExactVectorSum sums = exact_sum(
      nullptr, owned.blocks, rows.threads, rows.communicator, scales, 0,
      [&](const LocalBlock& block, BlockSums out) {
        kernels::add_column_squares(rows_of_block(owned, block, scales.size()), {}, out.vector);
      });
  std::vector<double> squares(scales.size());
  sums.vector(squares);
  return squares;
}

// Cauchy–Schwarz: |Σ_c g_cv g_cw| ≤ √(Σ g_cv²) √(Σ g_cw²).
std::vector<core::FixedPoint> product_scales(std::span<const double> squares) {
  std::vector<core::FixedPoint> scales;
  for (std::size_t v = 0; v < squares.size(); ++v) {
    for (std::size_t w = 0; w <= v; ++w) {
      scales.emplace_back(kRoundingMargin * std::sqrt(squares[v]) * std::sqrt(squares[w]));
    }
  }
  return scales;
}

void add_products(const OwnedScores& owned, const SharedRows& rows,
                  std::span<const core::FixedPoint> scales, solvers::SymmetricMatrix& matrix) {
  const std::vector<double> ones(kClusterBlock, 1.0);
  const core::ExactVectorSum sums = exact_sum(
      nullptr, owned.blocks, rows.threads, rows.communicator, scales, 0,
      [&](const LocalBlock& block, BlockSums out) {
        kernels::add_weighted_gram(rows_of_block(owned, block, matrix.dimension),
                                   std::span<const double>(ones).first(block.rows), out.vector);
      });
  std::vector<double> products(scales.size());
  sums.vector(products);
  for (std::size_t e = 0; e < products.size(); ++e) matrix.triangle[e] += products[e];
}

}  // namespace

// Cost: two sweeps over the rounds, one where there is only one round.
ClusterProducts cluster_products(const LogisticObjective& objective, const solvers::Point& point,
                                 std::span<const std::size_t> variables, std::int64_t bytes) {
  const Problem& problem = objective.problem();
  const SharedRows& rows = problem.rows();
  const auto residuals = residuals_at(problem, dynamic_cast<const LogisticPoint&>(point));
  const ClusterScores scores(problem, residuals, variables);
  const Rounds rounds(rows.design.dataset().group_count(), variables.size(), bytes);
  const auto scales_of_squares = square_scales(scores.bounds());

  OwnedScores owned;
  ClusterProducts result;
  std::vector<double> squares(variables.size());
  for (std::int64_t r = 0; r < rounds.count(); ++r) {
    owned = scores.of(rounds.first(r), rounds.last(r));
    result.clusters += rows.communicator.sum(owned.clusters);
    const auto own = sum_of_squares(owned, rows, scales_of_squares);
    // What rounding may have taken away is given back: an upper bound again.
    const auto blocks = static_cast<double>(rounds.last(r) - rounds.first(r));
    for (std::size_t v = 0; v < squares.size(); ++v) {
      squares[v] += own[v] * kRoundingMargin + blocks * scales_of_squares[v].unit();
    }
  }
  const auto scales = product_scales(squares);
  result.matrix = solvers::SymmetricMatrix(variables.size());
  for (std::int64_t r = 0; r < rounds.count(); ++r) {
    if (rounds.count() > 1) owned = scores.of(rounds.first(r), rounds.last(r));
    add_products(owned, rows, scales, result.matrix);
  }
  return result;
}

}  // namespace mpilogit::objective
