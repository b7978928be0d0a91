#include "objective/point/logistic_point.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "kernels/column_statistics.hpp"
#include "kernels/lane_sum.hpp"
#include "objective/curvature/grams.hpp"
#include "objective/curvature/hessian.hpp"

namespace mpilogit::objective {

namespace {

/// Asks for the margins' memory of the tile after the next: a store to memory that is not in cache
/// waits for it, and the stores of the loops wait behind it.
void fetch_next(std::span<double> own, std::size_t tile) {
  constexpr int to_write = 1;
  constexpr std::size_t line = 64 / sizeof(double);
  const std::size_t end = std::min(3 * tile, own.size());
  for (std::size_t i = 2 * tile; i < end; i += line) __builtin_prefetch(&own[i], to_write);
}

}  // namespace

PassResult gradient_pass(const Problem& problem, std::span<const LocalBlock> blocks,
                         bool all_blocks, std::int64_t global_rows,
                         std::span<const double> coefficients, std::span<double> margins) {
  const std::size_t columns = problem.columns();
  const auto to_residuals = [&](const LocalBlock& block, std::size_t first, std::span<double> tile,
                                std::span<kernels::LaneSum> scalars) {
    if (!margins.empty()) {
      const auto own = margins.subspan((block.first + first) * columns);
      std::copy(tile.begin(), tile.end(), own.begin());
      fetch_next(own, tile.size());
    }
    problem.likelihood->residuals(block, first, tile, scalars[0]);
  };
  return problem.passes.run(FusedPass{.blocks = blocks,
                                      .all_blocks = all_blocks,
                                      .global_rows = global_rows,
                                      .columns = columns,
                                      .coefficients = coefficients,
                                      .offsets = problem.offsets(),
                                      .scales = problem.gradient_scales,
                                      .scalars = 1,
                                      .transform = to_residuals});
}

// F = (1/S) Σ_i s_i ℓ_i + penalty,  ∂F/∂w_jk = (1/S) Σ_i residual_ik x_ij + λ2_j (w_jk − c_jk)
LogisticPoint::LogisticPoint(const Problem& problem, std::span<const double> coefficients)
    : problem_(problem),
      coefficients_(coefficients.begin(), coefficients.end()),
      margins_(*problem.row_values) {
  PassResult sums = gradient_pass(problem, problem.blocks, problem.all_blocks(),
                                  problem.global_rows, coefficients_, margins_.values());
  value_ = sums.scalars[0] / problem.total_weight + problem.penalty_value(coefficients_);
  gradient_ = std::move(sums.vector);
  for (auto& g : gradient_) g /= problem.total_weight;
  problem.add_penalty_gradient(coefficients_, gradient_);
}

std::span<const double> LogisticPoint::curvature_state() const {
  if (problem_.likelihood->margins_are_state()) return margins();
  if (!curvature_state_) {
    curvature_state_.emplace(*problem_.row_values);
    const std::size_t columns = problem_.columns();
    for_each_block(problem_.blocks, problem_.rows().threads, [&](const LocalBlock& block, int) {
      const std::size_t first = block.first * columns;
      const std::size_t count = block.rows * columns;
      problem_.likelihood->curvature_state(margins().subspan(first, count),
                                           curvature_state_->values().subspan(first, count));
    });
  }
  return curvature_state_->values();
}

// H v = (1/S) Σ_i C_i (x_i · v) x_i + λ2 ∘ v. A row's part is at most ¼ s_i |u| for two classes and
// ½ s_i max_k |u_k| for more, u its margins of v: the bound of the exact sum.
void LogisticPoint::hessian_vector(std::span<const double> direction,
                                   std::span<double> product) const {
  const Problem& problem = problem_;
  const std::size_t columns = problem.columns();
  const ColumnBounds& bounds = problem.rows().bounds;
  const auto state = curvature_state();
  double largest_margin = 0.0;
  for (std::size_t k = 0; k < columns; ++k) {
    largest_margin = std::max(largest_margin, bounds.largest_margin(direction, columns, k));
  }
  const double steepest = (columns == 1 ? 0.25 : 0.5 * kRoundingMargin) * largest_margin;
  std::vector<core::FixedPoint> scales;
  scales.reserve(problem.dimension());
  for (const double bound : bounds.absolute) {
    for (std::size_t k = 0; k < columns; ++k) scales.emplace_back(steepest * bound);
  }
  const auto times_curvature = [&](const LocalBlock& block, std::size_t first,
                                   std::span<double> tile, std::span<kernels::LaneSum>) {
    const auto own = state.subspan(block.first * columns, block.rows * columns);
    problem.likelihood->curvature_products(block, first, own, tile);
  };
  const PassResult sums = problem.passes.run(FusedPass{.blocks = problem.blocks,
                                                       .all_blocks = problem.all_blocks(),
                                                       .global_rows = problem.global_rows,
                                                       .columns = columns,
                                                       .coefficients = direction,
                                                       .offsets = {},
                                                       .scales = scales,
                                                       .scalars = 0,
                                                       .transform = times_curvature});
  std::copy(sums.vector.begin(), sums.vector.end(), product.begin());
  problem.finish_product(direction, product);
}

// diag H = (1/S) Σ_i c_ikk x_ij² + λ2_j, bounded by ¼ Σ s_i x_ij².
void LogisticPoint::hessian_diagonal(std::span<double> diagonal) const {
  const Problem& problem = problem_;
  const std::size_t features = problem.features();
  const std::size_t columns = problem.columns();
  const auto state = curvature_state();
  std::vector<core::FixedPoint> scales;  // column by column: each a sum over the features
  for (std::size_t k = 0; k < columns; ++k) {
    for (const double bound : problem.rows().bounds.squares) scales.emplace_back(0.25 * bound);
  }
  const auto block_diagonal = [&](const LocalBlock& block, BlockSums out) {
    const auto own = state.subspan(block.first * columns, block.rows * columns);
    const BlockDiagonals diagonals(*problem.likelihood, block, own);
    std::vector<double> curvature(block.rows);
    for (std::size_t k = 0; k < columns; ++k) {
      diagonals.of(k, curvature);
      const auto sums = out.vector.subspan(k * (features + 1), features);
      problem.rows().design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
        kernels::add_column_squares(
            rows, std::span<const double>(curvature).subspan(first, kernels::row_count(rows)),
            sums);
      });
      out.vector[k * (features + 1) + features] = kernels::lane_sum(curvature);
    }
  };
  const PassResult sums = problem.passes.run(BlockSum{.blocks = problem.blocks,
                                                      .all_blocks = problem.all_blocks(),
                                                      .global_rows = problem.global_rows,
                                                      .scales = scales,
                                                      .scalars = 0,
                                                      .body = block_diagonal});
  for (std::size_t j = 0; j <= features; ++j) {
    for (std::size_t k = 0; k < columns; ++k) {
      diagonal[j * columns + k] = sums.vector[k * (features + 1) + j] / problem.total_weight;
      if (j == features) continue;
      diagonal[j * columns + k] += problem.penalty.l2[j];
      if (problem.penalty.keeps_out(j)) diagonal[j * columns + k] = 0.0;
    }
  }
}

// As if a row's curvature had nothing to do with its entries: the mean curvature times the mean
// square, which is known. Cost: O(rows).
void LogisticPoint::rough_hessian_diagonal(std::span<double> diagonal) const {
  const Problem& problem = problem_;
  const std::size_t columns = problem.columns();
  const auto state = curvature_state();
  const auto curvature_sums = [&](const LocalBlock& block, BlockSums out) {
    const auto own = state.subspan(block.first * columns, block.rows * columns);
    const BlockDiagonals diagonals(*problem.likelihood, block, own);
    // Not cleared, which would cost as much as all that is done with it.
    const auto room = std::make_unique_for_overwrite<double[]>(block.rows);
    const std::span<double> curvature(room.get(), block.rows);
    for (std::size_t k = 0; k < columns; ++k) {
      diagonals.of(k, curvature);
      out.scalars[k] = kernels::lane_sum(curvature);
    }
  };
  const PassResult sums = problem.passes.run(BlockSum{.blocks = problem.blocks,
                                                      .all_blocks = problem.all_blocks(),
                                                      .global_rows = 0,
                                                      .scales = {},
                                                      .scalars = columns,
                                                      .body = curvature_sums});
  const ColumnBounds& bounds = problem.rows().bounds;
  for (std::size_t j = 0; j <= problem.features(); ++j) {
    const double mean_square = bounds.squares[j] / bounds.total_weight;
    for (std::size_t k = 0; k < columns; ++k) {
      double& element = diagonal[j * columns + k];
      element = sums.scalars[k] / problem.total_weight * mean_square;
      if (j == problem.features()) continue;
      element = problem.penalty.keeps_out(j) ? 0.0 : element + problem.penalty.l2[j];
    }
  }
}

std::vector<solvers::SymmetricMatrix> LogisticPoint::hessian_blocks() const {
  return class_blocks(problem_, curvature_state());
}

solvers::SymmetricMatrix LogisticPoint::hessian_matrix() const {
  if (problem_.hessian_kind == solvers::HessianMatrixKind::sampled) {
    return std::move(hessian_blocks().front());
  }
  std::vector<std::uint32_t> all(problem_.features());
  std::iota(all.begin(), all.end(), 0U);
  return exact_hessian(problem_, curvature_state(), all);
}

// Over the features that `variables` touch, then only those rows and columns of it.
solvers::SymmetricMatrix LogisticPoint::hessian_matrix(
    std::span<const std::size_t> variables) const {
  const std::vector<std::uint32_t> chosen = features_of(problem_, variables);
  return restricted(exact_hessian(problem_, curvature_state(), chosen), chosen, variables,
                    problem_.columns());
}

LogisticLine::LogisticLine(const Problem& problem, const LogisticPoint& from,
                           const LogisticPoint& to)
    : problem_(problem), from_(from), to_(to) {}

// With z(t) = z_a + t (z_b − z_a), w(t) likewise, r the residuals at z(t):
//   φ(t)  = (1/S) Σ_i s_i ℓ(y_i, z_i(t)) + penalty(w(t))
//   φ′(t) = (1/S) Σ_ik r_ik (z_b − z_a)_ik + Σ_jk λ2_j (w(t) − c)_jk (w_b − w_a)_jk
solvers::Line::Sample LogisticLine::at(double t) const {
  const std::size_t columns = problem_.columns();
  const auto block_sample = [&](const LocalBlock& block, BlockSums out) {
    const auto a = from_.margins().subspan(block.first * columns, block.rows * columns);
    const auto b = to_.margins().subspan(block.first * columns, block.rows * columns);
    std::vector<double> residuals(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) residuals[i] = a[i] + t * (b[i] - a[i]);
    kernels::LaneSum losses;
    problem_.likelihood->residuals(block, 0, residuals, losses);
    for (std::size_t i = 0; i < a.size(); ++i) residuals[i] *= b[i] - a[i];
    out.scalars[0] = losses.total();
    out.scalars[1] = kernels::lane_sum(residuals);
  };
  const PassResult sums = problem_.passes.run(BlockSum{.blocks = problem_.blocks,
                                                       .all_blocks = problem_.all_blocks(),
                                                       .global_rows = 0,
                                                       .scales = {},
                                                       .scalars = 2,
                                                       .body = block_sample});
  const auto wa = from_.coefficients();
  const auto wb = to_.coefficients();
  std::vector<double> w(wa.size());
  for (std::size_t j = 0; j < w.size(); ++j) w[j] = wa[j] + t * (wb[j] - wa[j]);
  std::vector<double> penalty_gradient(w.size(), 0.0);
  problem_.add_penalty_gradient(w, penalty_gradient);
  double penalty_slope = 0.0;
  for (std::size_t j = 0; j < w.size(); ++j) penalty_slope += penalty_gradient[j] * (wb[j] - wa[j]);
  return {.value = sums.scalars[0] / problem_.total_weight + problem_.penalty_value(w),
          .slope = sums.scalars[1] / problem_.total_weight + penalty_slope};
}

}  // namespace mpilogit::objective
