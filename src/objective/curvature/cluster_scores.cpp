#include "objective/curvature/cluster_scores.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/error.hpp"
#include "kernels/column_statistics.hpp"
#include "kernels/fused_pass.hpp"
#include "kernels/weighted_gram.hpp"
#include "objective/pass/exact_pass.hpp"
#include "objective/point/likelihood.hpp"
#include "objective/point/logistic_point.hpp"
#include "objective/score_products.hpp"

namespace mpilogit::objective {

ClusterScores::ClusterScores(const Problem& problem, std::span<const double> residuals,
                             std::span<const std::size_t> variables)
    : problem_(problem),
      residuals_(residuals),
      groups_(problem.rows().design.dataset().groups()),
      weights_(problem.likelihood->weights()),
      variables_(variables) {
  for (const auto v : variables) {
    scales_.push_back(problem.gradient_scales[v]);
    bounds_.push_back(problem.rows().bounds.absolute[v / problem.columns()]);
  }
}

// Integers of threads meet in one array: adding them is exact in any order.
// Cost: (features + 1) × columns roundings per row of these clusters.
ClusterScores::Integers ClusterScores::sum_local_rows(std::int64_t first, std::int64_t last) const {
  const std::size_t columns = problem_.columns();
  const std::size_t width = variables_.size();
  Integers sums(static_cast<std::size_t>(last - first) * width);
  for_each_block(
      problem_.rows().design.dataset(), problem_.blocks, problem_.rows().threads,
      [&](const LocalBlock& block, int) {
        const auto asked = [&](std::size_t row) {
          return groups_[row] >= first && groups_[row] < last && counts(row);
        };
        std::vector<double> score(problem_.dimension());
        problem_.rows().design.for_rows(block, [&](std::size_t begin,
                                                   const kernels::AnyRows& rows) {
          for (std::size_t i = 0; i < kernels::row_count(rows); ++i) {
            const std::size_t row = block.first + begin + i;
            if (!asked(row)) continue;
            const auto own = residuals_.subspan(row * columns, columns);
            std::fill(score.begin(), score.end(), 0.0);
            kernels::add_weighted_rows(kernels::rows_of(rows, i, 1), own, columns,
                                       std::span<double>(score).first(score.size() - columns));
            std::copy(own.begin(), own.end(), score.end() - static_cast<std::ptrdiff_t>(columns));
            std::int64_t* const sum = &sums[static_cast<std::size_t>(groups_[row] - first) * width];
            for (std::size_t v = 0; v < width; ++v) {
              const double value = score[variables_[v]];
              if (value == 0.0) continue;
              std::atomic_ref<std::int64_t>(sum[v]).fetch_add(scales_[v].to_integer(value),
                                                              std::memory_order_relaxed);
            }
          }
        });
      });
  return sums;
}

// For each rank the clusters that it owns and this one has rows of: a number, then the integers.
std::vector<ClusterScores::Integers> ClusterScores::pack(const Integers& sums, std::int64_t first,
                                                         std::int64_t last) const {
  std::vector<std::uint8_t> present(static_cast<std::size_t>(last - first));
  for (std::size_t row = 0; row < groups_.size(); ++row) {
    if (groups_[row] < first || groups_[row] >= last || !counts(row)) continue;
    present[static_cast<std::size_t>(groups_[row] - first)] = 1;
  }
  const auto ranks = static_cast<std::size_t>(problem_.rows().communicator.size());
  const auto width = static_cast<std::ptrdiff_t>(variables_.size());
  std::vector<Integers> outgoing(ranks);
  for (std::int64_t c = 0; c < last - first; ++c) {
    if (present[static_cast<std::size_t>(c)] == 0) continue;
    Integers& part = outgoing[static_cast<std::size_t>(c / kClusterBlock) % ranks];
    part.push_back(c);
    const auto own = sums.begin() + c * width;
    part.insert(part.end(), own, own + width);
  }
  return outgoing;
}

OwnedScores ClusterScores::of(std::int64_t first, std::int64_t last) const {
  const comm::Communicator& communicator = problem_.rows().communicator;
  const Integers incoming = communicator.exchange(pack(sum_local_rows(first, last), first, last));

  OwnedScores owned;
  const std::size_t width = variables_.size();
  std::size_t rows = 0;
  for (std::int64_t b = communicator.rank(); b * kClusterBlock < last - first;
       b += communicator.size()) {
    const auto count =
        static_cast<std::size_t>(std::min(kClusterBlock, last - first - b * kClusterBlock));
    owned.blocks.push_back({first / kClusterBlock + b, rows, count});
    rows += count;
  }
  Integers sums(rows * width);
  std::vector<std::uint8_t> present(rows);
  for (std::size_t at = 0; at < incoming.size(); at += width + 1) {
    const std::int64_t turn = incoming[at] / kClusterBlock / communicator.size();
    const auto row = static_cast<std::size_t>(turn * kClusterBlock + incoming[at] % kClusterBlock);
    present[row] = 1;
    for (std::size_t v = 0; v < width; ++v) sums[row * width + v] += incoming[at + 1 + v];
  }
  owned.clusters = std::count(present.begin(), present.end(), 1);
  owned.scores.reserve(sums.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t v = 0; v < width; ++v) {
      owned.scores.push_back(scales_[v].to_double(sums[row * width + v]));
    }
  }
  return owned;
}

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
      throw core::agreed_bad_input(
          {.what = "a feature has values too large for cluster-robust errors",
           .why = "the squares of its sums do not fit in a double",
           .remedy = "Give the column another unit"});
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
