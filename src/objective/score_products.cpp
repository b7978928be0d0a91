#include "objective/score_products.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/weighted_gram.hpp"
#include "objective/curvature/grams.hpp"
#include "objective/point/likelihood.hpp"
#include "objective/point/logistic_point.hpp"

namespace mpilogit::objective {

std::vector<double> residuals_at(const Problem& problem, const LogisticPoint& point) {
  const auto margins = point.margins();
  const std::size_t columns = problem.columns();
  std::vector<double> residuals(margins.begin(), margins.end());
  for_each_block(problem.blocks, problem.rows().threads, [&](const LocalBlock& block, int) {
    kernels::LaneSum losses;  // which nobody asked for
    const auto own =
        std::span<double>(residuals).subspan(block.first * columns, block.rows * columns);
    problem.likelihood->residuals(block, 0, own, losses);
  });
  return residuals;
}

namespace {

// Of residuals s r the products s^p r_k r_l of one row.
class ScoreFactors {
 public:
  ScoreFactors(const Problem& problem, const LogisticPoint& point, WeightKind kind)
      : problem_(problem),
        weights_(problem.rows().design.dataset().weights()),
        linear_(kind == WeightKind::frequency && !weights_.empty()),
        residuals_(residuals_at(problem, point)) {}

  double of(std::size_t row, const ColumnPair& pair) const {
    const double* own = &residuals_[row * problem_.columns()];
    if (own[pair.k] == 0.0) return 0.0;  // of rows without weight too
    return (linear_ ? own[pair.k] / weights_[row] : own[pair.k]) * own[pair.l];
  }

  // max_i s_i^p r_ik² / s_i, s_i as the columns were measured: their bounds times this are bounds
  // of the products. Cost: O(rows).
  double largest() const {
    const auto measured = problem_.likelihood->weights();
    double largest = 0.0;
    for (std::size_t i = 0; i < problem_.likelihood->rows(); ++i) {
      for (std::size_t k = 0; k < problem_.columns(); ++k) {
        const double factor = of(i, {k, k});
        if (factor == 0.0) continue;
        largest = std::max(largest, measured.empty() ? factor : factor / measured[i]);
      }
    }
    return problem_.rows().communicator.maximum(largest) * kRoundingMargin;
  }

 private:
  const Problem& problem_;
  std::span<const double> weights_;
  bool linear_;
  std::vector<double> residuals_;
};

}  // namespace

// M_(jk)(ml) = Σ_i s_i^p r_ik r_il x̃_ij x̃_im
solvers::SymmetricMatrix score_products(const LogisticObjective& objective,
                                        const solvers::Point& point,
                                        std::span<const std::size_t> variables, WeightKind kind) {
  const Problem& problem = objective.problem();
  const ScoreFactors factors(problem, dynamic_cast<const LogisticPoint&>(point), kind);
  const std::vector<std::uint32_t> chosen = features_of(problem, variables);
  const std::vector<ColumnPair> pairs = all_pairs(problem.columns());
  const std::size_t triangle = kernels::triangle_size(chosen.size() + 1);
  const auto scales = gram_scales(problem, chosen, pairs.size(), factors.largest());
  const auto body = [&](const LocalBlock& block, BlockSums out) {
    std::vector<double> products(block.rows);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      for (std::size_t i = 0; i < block.rows; ++i) {
        products[i] = factors.of(block.first + i, pairs[p]);
      }
      add_gram(problem, block, products, chosen, out.vector.subspan(p * triangle, triangle));
    }
  };
  const PassResult sums = problem.passes.run(BlockSum{.blocks = problem.blocks,
                                                      .all_blocks = problem.all_blocks(),
                                                      .global_rows = problem.global_rows,
                                                      .scales = scales,
                                                      .scalars = 0,
                                                      .body = body});
  return restricted(assemble(sums.vector, chosen.size(), problem.columns(), 1.0), chosen, variables,
                    problem.columns());
}

}  // namespace mpilogit::objective
