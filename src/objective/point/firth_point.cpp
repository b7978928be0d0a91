#include "objective/point/firth_point.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "kernels/fused_pass.hpp"
#include "kernels/lane_sum.hpp"
#include "kernels/logistic.hpp"
#include "objective/curvature/hessian.hpp"
#include "objective/quadratic_forms.hpp"

namespace mpilogit::objective {

namespace {

// |h_i (½ − μ_i) x_ij| ≤ ½ M_j for every one of the n rows, since h_i ≤ 1.
std::vector<core::FixedPoint> leverage_scales(const Problem& problem) {
  const double most = 0.5 * kRoundingMargin * static_cast<double>(problem.global_rows);
  std::vector<core::FixedPoint> scales;
  for (const double largest : problem.rows().bounds.largest) scales.emplace_back(most * largest);
  return scales;
}

}  // namespace

solvers::SymmetricMatrix information(const Problem& problem, std::span<const double> margins) {
  std::vector<std::uint32_t> all(problem.features());
  std::iota(all.begin(), all.end(), 0U);
  solvers::SymmetricMatrix matrix = exact_hessian(problem, margins, all);
  for (double& element : matrix.triangle) element *= problem.total_weight;
  return matrix;
}

FirthPoint::FirthPoint(const Problem& problem, std::span<const double> coefficients,
                       double reference, std::size_t left_out)
    : problem_(problem),
      logistic_(problem, coefficients),
      information_(information(problem, logistic_.margins())),
      leverages_(*problem.row_values),
      gradient_(logistic_.gradient().begin(), logistic_.gradient().end()) {
  const solvers::Cholesky factor(information_, problem.features());
  if (factor.aliased().size() != left_out) {
    value_ = std::numeric_limits<double>::infinity();
    std::fill(leverages_.values().begin(), leverages_.values().end(), 0.0);
    return;
  }
  log_determinant_ = factor.log_determinant();
  value_ = logistic_.value() - 0.5 * (log_determinant_ - reference) / problem.total_weight;
  add_leverages(factor);
}

// gradient −= (1/S) Σ_i h_i (½ − μ_i) x̃_i. Collective. Cost: two flops per entry and column of the
// information's root; one allreduce.
void FirthPoint::add_leverages(const solvers::Cholesky& factor) {
  const Problem& problem = problem_;
  const Design& design = problem.rows().design;
  const QuadraticForms forms(design, factor.inverse_root());
  const auto scales = leverage_scales(problem);
  const std::size_t features = problem.features();
  const auto block_sum = [&](const LocalBlock& block, BlockSums out) {
    const auto margins = block.of(logistic_.margins());
    const auto leverages = block.of(leverages_.values());
    std::vector<double> pulls(block.rows);
    problem.likelihood->curvatures(block, margins, 0, 0, pulls);
    forms.of(block, leverages);
    for (std::size_t i = 0; i < block.rows; ++i) {
      leverages[i] = std::min(1.0, pulls[i] * leverages[i]);
      pulls[i] = leverages[i] * (0.5 - kernels::sigmoid(margins[i]));
    }
    design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
      const auto own = std::span<const double>(pulls).subspan(first, kernels::row_count(rows));
      kernels::add_weighted_rows(rows, own, 1, out.vector.first(features));
    });
    out.vector[features] = kernels::lane_sum(pulls);
  };
  const PassResult sums = problem.passes.run(BlockSum{.blocks = problem.blocks,
                                                      .all_blocks = problem.all_blocks(),
                                                      .global_rows = problem.global_rows,
                                                      .scales = scales,
                                                      .scalars = 0,
                                                      .body = block_sum});
  for (std::size_t j = 0; j <= features; ++j) {
    if (j < features && problem.penalty.keeps_out(j)) continue;
    gradient_[j] -= sums.vector[j] / problem.total_weight;
  }
}

// (1/S) Σ_i (s_i + h_i) μ_i (1 − μ_i) x̃_i x̃_iᵀ. Collective at first use. Cost: a Gram matrix.
const solvers::SymmetricMatrix& FirthPoint::hessian() const {
  if (hessian_) return *hessian_;
  const Problem& problem = problem_;
  std::vector<double> factors(leverages_.values().size());
  for (std::size_t i = 0; i < factors.size(); ++i) {
    factors[i] = kernels::row_curvature(logistic_.margins()[i], leverages_.values()[i]);
  }
  solvers::SymmetricMatrix matrix = gram_of(problem, factors, 0.25);
  for (std::size_t j = 0; j < matrix.dimension; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      const bool out = (j < problem.features() && problem.penalty.keeps_out(j)) ||
                       (k < problem.features() && problem.penalty.keeps_out(k));
      matrix(j, k) = out ? 0.0 : (information_(j, k) + matrix(j, k)) / problem.total_weight;
    }
  }
  hessian_ = std::move(matrix);
  return *hessian_;
}

void FirthPoint::hessian_vector(std::span<const double> direction,
                                std::span<double> product) const {
  const solvers::SymmetricMatrix& matrix = hessian();
  for (std::size_t j = 0; j < product.size(); ++j) {
    product[j] = 0.0;
    for (std::size_t k = 0; k < direction.size(); ++k) {
      product[j] += matrix(std::max(j, k), std::min(j, k)) * direction[k];
    }
  }
}

void FirthPoint::hessian_diagonal(std::span<double> diagonal) const {
  for (std::size_t j = 0; j < diagonal.size(); ++j) diagonal[j] = hessian()(j, j);
}

solvers::SymmetricMatrix FirthPoint::hessian_matrix(std::span<const std::size_t> variables) const {
  solvers::SymmetricMatrix part(variables.size());
  for (std::size_t a = 0; a < variables.size(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) part(a, b) = hessian()(variables[a], variables[b]);
  }
  return part;
}

}  // namespace mpilogit::objective
