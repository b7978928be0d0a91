#include "objective/curvature/hessian.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "kernels/column_statistics.hpp"
#include "kernels/lane_sum.hpp"
#include "kernels/weighted_gram.hpp"
#include "objective/curvature/grams.hpp"

namespace mpilogit::objective {

namespace {

/// For each pair of columns the matrix Σ_i c_i x̃_i x̃_iᵀ (x̃: the chosen features and, last, a 1),
/// as a packed triangle whose last row is the intercept's; one after the other.
struct Grams {
  std::size_t triangle = 0;
  std::vector<double> values;
  std::vector<double> squares;  // Σ s_i x_ij² of the features, if asked for
  double weight = 0.0;          // Σ s_i of the rows that are in it

  std::span<const double> of(std::size_t pair) const {
    return std::span<const double>(values).subspan(pair * triangle, triangle);
  }
};

// Which rows, and whether their squares are asked for too.
struct Part {
  std::span<const LocalBlock> blocks;
  bool all_blocks;
  std::int64_t global_rows;
  bool with_squares;
};

void add_squares(const Problem& problem, const LocalBlock& block, std::span<double> squares) {
  const auto weights = block.of(problem.likelihood->weights());
  problem.rows().design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
    const std::size_t count = kernels::row_count(rows);
    kernels::add_column_squares(rows, weights.empty() ? weights : weights.subspan(first, count),
                                squares);
  });
}

Grams weighted_grams(const Problem& problem, CurvatureState state, const Part& part,
                     std::span<const std::uint32_t> chosen, std::span<const ColumnPair> pairs) {
  Grams grams;
  grams.triangle = kernels::triangle_size(chosen.size() + 1);
  constexpr double kLargestCurvature = 0.25;  // over s_i
  auto scales = gram_scales(problem, chosen, pairs.size(), kLargestCurvature);
  const std::size_t gram_sums = scales.size();
  const std::size_t squares = part.with_squares ? problem.features() : 0;
  for (std::size_t j = 0; j < squares; ++j) {
    scales.emplace_back(problem.rows().bounds.squares[j]);
  }
  const std::size_t columns = problem.columns();
  const auto body = [&](const LocalBlock& block, BlockSums out) {
    const auto own = state.subspan(block.first * columns, block.rows * columns);
    const BlockDiagonals diagonals(*problem.likelihood, block, own);
    std::vector<double> curvature(block.rows);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const auto [k, l] = pairs[p];
      k == l ? diagonals.of(k, curvature)
             : problem.likelihood->curvatures(block, own, k, l, curvature);
      add_gram(problem, block, curvature, chosen,
               out.vector.subspan(p * grams.triangle, grams.triangle));
    }
    if (squares > 0) add_squares(problem, block, out.vector.subspan(gram_sums, squares));
    const auto weights = block.of(problem.likelihood->weights());
    out.scalars[0] = weights.empty() ? static_cast<double>(block.rows) : kernels::lane_sum(weights);
  };
  PassResult result = problem.passes.run(BlockSum{.blocks = part.blocks,
                                                  .all_blocks = part.all_blocks,
                                                  .global_rows = part.global_rows,
                                                  .scales = scales,
                                                  .scalars = 1,
                                                  .body = body});
  grams.values = std::move(result.vector);
  const auto rest = grams.values.begin() + static_cast<std::ptrdiff_t>(gram_sums);
  grams.squares.assign(rest, grams.values.end());
  grams.weight = result.scalars[0];
  return grams;
}

}  // namespace

// H_(jk)(j'l) = (1/S) Σ_i c_ikl x̃_ij x̃_ij' + λ2_j [j = j', k = l]
solvers::SymmetricMatrix exact_hessian(const Problem& problem, CurvatureState state,
                                       std::span<const std::uint32_t> chosen) {
  const std::size_t columns = problem.columns();
  const std::vector<ColumnPair> pairs = all_pairs(columns);
  const Part all{problem.blocks, problem.all_blocks(), problem.global_rows, false};
  const Grams grams = weighted_grams(problem, state, all, chosen, pairs);

  const std::size_t count = chosen.size();
  const auto left_out = [&](std::size_t j) {
    return j < count && problem.penalty.keeps_out(chosen[j]);
  };
  solvers::SymmetricMatrix hessian = assemble(grams.values, count, columns, problem.total_weight);
  for (std::size_t j = 0; j < hessian.dimension; ++j) {
    for (std::size_t m = 0; m <= j; ++m) {
      if (left_out(j / columns) || left_out(m / columns)) hessian(j, m) = 0.0;
    }
  }
  for (std::size_t j = 0; j < count; ++j) {
    if (left_out(j)) continue;
    for (std::size_t k = 0; k < columns; ++k) {
      hessian(j * columns + k, j * columns + k) += problem.penalty.l2[chosen[j]];
    }
  }
  return hessian;
}

// |Σ_i f_i x_ij x_ik| ≤ n · most · M_j M_k
solvers::SymmetricMatrix gram_of(const Problem& problem, std::span<const double> factors,
                                 double most) {
  std::vector<std::uint32_t> all(problem.features());
  std::iota(all.begin(), all.end(), 0U);
  const auto& largest = problem.rows().bounds.largest;
  const double bound = kRoundingMargin * most * static_cast<double>(problem.global_rows);
  std::vector<core::FixedPoint> scales;
  for (std::size_t j = 0; j < largest.size(); ++j) {
    for (std::size_t k = 0; k <= j; ++k) scales.emplace_back(bound * largest[j] * largest[k]);
  }
  const auto body = [&](const LocalBlock& block, BlockSums out) {
    add_gram(problem, block, block.of(factors), all, out.vector);
  };
  PassResult result = problem.passes.run(BlockSum{.blocks = problem.blocks,
                                                  .all_blocks = problem.all_blocks(),
                                                  .global_rows = problem.global_rows,
                                                  .scales = scales,
                                                  .scalars = 0,
                                                  .body = body});
  solvers::SymmetricMatrix matrix;
  matrix.dimension = largest.size();
  matrix.triangle = std::move(result.vector);
  return matrix;
}

namespace {

// A sample has too little, or nothing, of a rare column. How much it should have is known: of all
// rows Σ s x_j² = Q_j, of the sample q_j. With ĉ_j the mean curvature where the sample has the
// column, or of all its rows, H_jj = ĉ_j Q_j / S, at least.
void raise_rare_columns(const Problem& problem, const Grams& grams,
                        solvers::SymmetricMatrix& block) {
  const ColumnBounds& bounds = problem.rows().bounds;
  const std::size_t intercept = problem.features();
  for (std::size_t j = 0; j < intercept; ++j) {
    const double expected = bounds.squares[j] / bounds.total_weight;
    const double seen = grams.weight > 0.0 ? grams.squares[j] / grams.weight : 0.0;
    const double curvature = seen > 0.0 ? block(j, j) / seen : block(intercept, intercept);
    block(j, j) = std::max(block(j, j), curvature * expected);
  }
}

}  // namespace

// Cost: the arithmetic of the sample's Gram matrices. No look at the other rows.
std::vector<solvers::SymmetricMatrix> class_blocks(const Problem& problem, CurvatureState state) {
  const Sampling& sampling = problem.hessian_sampling;
  const std::vector<LocalBlock> sample = sampled_blocks(sampling, problem.rows().blocks);
  std::vector<ColumnPair> pairs;
  for (std::size_t k = 0; k < problem.columns(); ++k) pairs.push_back({k, k});
  std::vector<std::uint32_t> all(problem.features());
  std::iota(all.begin(), all.end(), 0U);
  const std::int64_t rows =
      sampled_rows(sampling, problem.rows().design.dataset().shape().blocks());
  const Part part{sample, false, rows, !(sampling == Sampling{})};
  const Grams grams = weighted_grams(problem, state, part, all, pairs);

  std::vector<solvers::SymmetricMatrix> blocks;
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    solvers::SymmetricMatrix block(all.size() + 1);
    const auto gram = grams.of(p);
    for (std::size_t e = 0; e < gram.size(); ++e) {
      block.triangle[e] = grams.weight > 0.0 ? gram[e] / grams.weight : 0.0;
    }
    if (part.with_squares) raise_rare_columns(problem, grams, block);
    for (std::size_t j = 0; j < all.size(); ++j) {
      block(j, j) += problem.penalty.l2[j];
      if (!problem.penalty.keeps_out(j)) continue;
      for (std::size_t m = 0; m <= all.size(); ++m) block(std::max(j, m), std::min(j, m)) = 0.0;
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

}  // namespace mpilogit::objective
