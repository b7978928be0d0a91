#include "logistic_point.hpp"

#include <algorithm>
#include <cmath>

#include "mpilogit/kernels/column_statistics.hpp"
#include "mpilogit/kernels/fused_pass.hpp"
#include "mpilogit/kernels/logistic.hpp"
#include "mpilogit/kernels/weighted_gram.hpp"

#include "gradient_pass.hpp"

namespace mpilogit::objective {

// F = (1/S) Σ_i s_i ℓ_i + ½ λ2 ‖w‖²,  ∇F = (1/S) Σ_i s_i (σ(z_i) − y_i) x_i + λ2 w
LogisticPoint::LogisticPoint(const Problem& problem, std::span<const double> coefficients)
    : problem_(problem),
      coefficients_(coefficients.begin(), coefficients.end()),
      margins_(problem.labels.size()),
      gradient_(problem.dimension()) {
  const core::ExactVectorSum sums = gradient_pass(problem, problem.blocks, coefficients_, margins_);
  problem.count_pass();

  const double total_weight = problem.bounds.total_weight;
  value_ = sums.scalar(0) / total_weight + problem.penalty(coefficients_);
  sums.vector(gradient_);
  for (auto& g : gradient_) g /= total_weight;
  for (std::size_t j = 0; j < problem.features(); ++j) {
    gradient_[j] += problem.options.l2 * coefficients_[j];
  }
}

std::span<const double> LogisticPoint::curvatures() const {
  if (curvatures_.size() != margins_.size()) {
    curvatures_.resize(margins_.size());
    for_each_block(problem_.blocks, problem_.options.threads, [&](const LocalBlock& block, int) {
      kernels::curvatures(block.of(std::span<const double>(margins_)),
                          block.of(problem_.dataset.weights()),
                          block.of(std::span<double>(curvatures_)));
    });
  }
  return curvatures_;
}

// H v = (1/S) Σ_i c_i (x_i · v) x_i + λ2 v with 0 ≤ c_i ≤ s_i / 4, so that
// |Σ_i c_i (x_i · v) x_ij| ≤ ¼ B_j max_i |x_i · v|: the bound of the exact sum.
void LogisticPoint::hessian_vector(std::span<const double> direction,
                                   std::span<double> product) const {
  const Problem& problem = problem_;
  const std::size_t features = problem.features();
  const auto curvature = curvatures();
  const double largest_margin = problem.bounds.largest_margin(direction);
  std::vector<core::FixedPoint> scales;
  scales.reserve(problem.dimension());
  for (const double bound : problem.bounds.absolute) {
    scales.emplace_back(0.25 * bound * largest_margin);
  }

  const auto block_product = [&](const LocalBlock& block, BlockSums out) {
    std::vector<double> factors(block.rows, direction[features]);
    const auto c = block.of(curvature);
    kernels::LaneSum intercept;
    const auto times_curvature = [&](std::size_t first, std::span<double> tile) {
      for (std::size_t i = 0; i < tile.size(); ++i) tile[i] *= c[first + i];
      intercept.add(tile);
    };
    kernels::fused_pass(problem.dataset.block(block.number), direction.first(features),
                        times_curvature, factors, out.vector.first(features));
    out.vector[features] = intercept.total();
  };
  const core::ExactVectorSum sums = exact_sum(problem.blocks, problem.options.threads,
                                              problem.communicator, scales, 0, block_product);
  problem.count_pass();

  sums.vector(product);
  for (auto& p : product) p /= problem.bounds.total_weight;
  for (std::size_t j = 0; j < features; ++j) product[j] += problem.options.l2 * direction[j];
}

// diag H = (1/S) Σ_i c_i x_ij² + λ2, bounded by ¼ Σ s_i x_ij².
void LogisticPoint::hessian_diagonal(std::span<double> diagonal) const {
  const Problem& problem = problem_;
  const std::size_t features = problem.features();
  const auto curvature = curvatures();
  std::vector<core::FixedPoint> scales;
  scales.reserve(problem.dimension());
  for (const double bound : problem.bounds.squares) scales.emplace_back(0.25 * bound);

  const auto block_diagonal = [&](const LocalBlock& block, BlockSums out) {
    const auto c = block.of(curvature);
    std::vector<double> absolute(features);  // comes along with the squares; not needed here
    kernels::add_column_sums(problem.dataset.block(block.number), c, absolute,
                             out.vector.first(features));
    out.vector[features] = kernels::lane_sum(c);
  };
  const core::ExactVectorSum sums = exact_sum(problem.blocks, problem.options.threads,
                                              problem.communicator, scales, 0, block_diagonal);
  problem.count_pass();

  sums.vector(diagonal);
  for (auto& d : diagonal) d /= problem.bounds.total_weight;
  for (std::size_t j = 0; j < features; ++j) diagonal[j] += problem.options.l2;
}

// H = (1/S) Σ_i c_i x̃_i x̃_iᵀ + λ2 I (x̃: the row with a 1 for the intercept), from the given blocks
// only; S is then the weight of those. Cauchy–Schwarz bounds each element: ¼ √(Q_j Q_k).
solvers::SymmetricMatrix LogisticPoint::hessian_of(std::span<const LocalBlock> blocks) const {
  const Problem& problem = problem_;
  const std::size_t features = problem.features();
  const auto curvature = curvatures();
  solvers::SymmetricMatrix hessian(problem.dimension());
  std::vector<core::FixedPoint> scales;
  scales.reserve(hessian.triangle.size());
  for (std::size_t j = 0; j < problem.dimension(); ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      scales.emplace_back(0.25 * kRoundingMargin * std::sqrt(problem.bounds.squares[j]) *
                          std::sqrt(problem.bounds.squares[k]));
    }
  }

  const auto block_hessian = [&](const LocalBlock& block, BlockSums out) {
    const auto c = block.of(curvature);
    const auto rows = problem.dataset.block(block.number);
    const std::size_t feature_triangle = kernels::triangle_size(features);
    kernels::add_weighted_gram(rows, c, out.vector.first(feature_triangle));
    kernels::add_weighted_rows(rows, c, out.vector.subspan(feature_triangle, features));
    out.vector.back() = kernels::lane_sum(c);
    const auto weights = block.of(problem.dataset.weights());
    out.scalars[0] = weights.empty() ? static_cast<double>(block.rows) : kernels::lane_sum(weights);
  };
  const core::ExactVectorSum sums =
      exact_sum(blocks, problem.options.threads, problem.communicator, scales, 1, block_hessian);

  sums.vector(hessian.triangle);
  const double weight = sums.scalar(0);
  if (weight > 0.0) {
    for (auto& h : hessian.triangle) h /= weight;
  }
  for (std::size_t j = 0; j < features; ++j) hessian(j, j) += problem.options.l2;
  return hessian;
}

// A sample misses rare columns: where its diagonal is too small, the exact one makes up for it.
solvers::SymmetricMatrix LogisticPoint::hessian_matrix() const {
  const std::int64_t stride = problem_.hessian_stride;
  std::vector<LocalBlock> sample;
  for (const auto& block : problem_.blocks) {
    if (block.number % stride == 0) sample.push_back(block);
  }
  solvers::SymmetricMatrix hessian = hessian_of(sample);
  problem_.rows_read += (problem_.dataset.shape().rows + stride - 1) / stride;
  if (stride == 1) return hessian;

  std::vector<double> diagonal(problem_.dimension());
  hessian_diagonal(diagonal);
  for (std::size_t j = 0; j < diagonal.size(); ++j) {
    hessian(j, j) = std::max(hessian(j, j), diagonal[j]);
  }
  return hessian;
}

}  // namespace mpilogit::objective
