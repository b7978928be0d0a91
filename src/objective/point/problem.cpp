#include "objective/point/problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "objective/curvature/hessian_plan.hpp"
#include "objective/pass/exact_pass.hpp"

namespace mpilogit::objective {

namespace {

double smallest_positive(std::span<const double> weights, const comm::Communicator& communicator) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const double weight : weights) {
    if (weight > 0.0) smallest = std::min(smallest, weight);
  }
  smallest = communicator.minimum(smallest);
  return std::isfinite(smallest) ? smallest : 1.0;
}

std::vector<double> class_totals(const Likelihood& likelihood, std::span<const LocalBlock> blocks,
                                 const SharedRows& rows) {
  const std::size_t classes = likelihood.classes();
  const core::ExactVectorSum sums = exact_sum(nullptr, blocks, rows.threads, rows.communicator, {},
                                              classes, [&](const LocalBlock& block, BlockSums out) {
                                                likelihood.add_class_weights(block, out.scalars);
                                              });
  std::vector<double> totals;
  for (std::size_t k = 0; k < classes; ++k) totals.push_back(sums.scalar(k));
  return totals;
}

}  // namespace

Problem::Problem(const Passes& carrier, Targets targets, RidgePenalty chosen)
    : passes(carrier),
      blocks(carrier.rows().blocks),
      global_rows(carrier.rows().design.rows()),
      class_weights(class_totals(carrier.rows().design.dataset(), targets,
                                 carrier.rows().communicator, carrier.rows().threads)),
      total_weight(std::accumulate(class_weights.begin(), class_weights.end(), 0.0)),
      smallest_weight(smallest_positive(targets.weights, carrier.rows().communicator)),
      symmetric(targets.classes > 2 && !targets.reference_class),
      likelihood(std::make_shared<const Likelihood>(std::move(targets))),
      row_values(std::make_shared<RowValuePool>(likelihood->rows() * likelihood->columns())) {
  for (const double bound : rows().bounds.absolute) {
    for (std::size_t k = 0; k < columns(); ++k) gradient_scales.emplace_back(bound);
  }
  set_penalty(std::move(chosen));
  plan_hessian();
}

Problem::Problem(const Problem& whole, std::int64_t stride)
    : passes(whole.passes),
      sampling(refined(whole.sampling, stride, whole.rows().design.dataset().shape().blocks())),
      sample(sampled_blocks(sampling, whole.rows().blocks)),
      blocks(sample),
      global_rows(sampled_rows(sampling, whole.rows().design.dataset().shape().blocks())),
      penalty(whole.penalty),
      class_weights(class_totals(*whole.likelihood, blocks, whole.rows())),
      total_weight(std::accumulate(class_weights.begin(), class_weights.end(), 0.0)),
      smallest_weight(whole.smallest_weight),
      symmetric(whole.symmetric),
      likelihood(whole.likelihood),
      row_values(whole.row_values),
      gradient_scales(whole.gradient_scales),
      common_curvature(whole.common_curvature) {
  bound_curvature();
  plan_hessian();
}

void Problem::plan_hessian() {
  const HessianPlan plan = objective::plan_hessian(rows(), global_rows, columns());
  hessian_kind = plan.kind;
  hessian_passes = plan.passes;
  hessian_sampling =
      refined(sampling, plan.stride, rows().design.dataset().shape().blocks(), kPiecesOfMatrix);
}

// (1/S) Σ_i s_i p_ik (1 − p_ik) x_ij² + λ2_j ≤ ¼ (1/S) Σ_i s_i x_ij² + λ2_j
void Problem::bound_curvature() {
  largest_curvature.clear();
  quadratic_part.clear();
  for (std::size_t j = 0; j <= features(); ++j) {
    double bound = 0.25 * rows().bounds.squares[j] / total_weight;
    if (j < features()) bound = penalty.keeps_out(j) ? 0.0 : bound + penalty.l2[j];
    quadratic_part.insert(quadratic_part.end(), columns(), j < features() ? penalty.l2[j] : 0.0);
    largest_curvature.insert(largest_curvature.end(), columns(), bound);
  }
}

void Problem::set_penalty(RidgePenalty chosen) {
  penalty = std::move(chosen);
  bound_curvature();
  if (!symmetric) return;
  common_curvature = penalty.l2;
  common_curvature.push_back(0.0);
  for (std::size_t j = 0; j < features(); ++j) {
    if (penalty.keeps_out(j)) common_curvature[j] = 0.0;
  }
}

// ½ Σ_j λ2_j Σ_k (w_jk − c_jk)², ascending.
double Problem::penalty_value(std::span<const double> coefficients) const {
  double sum = 0.0;
  for (std::size_t j = 0; j < features(); ++j) {
    double squares = 0.0;
    for (std::size_t v = j * columns(); v < (j + 1) * columns(); ++v) {
      const double distance = coefficients[v] - (penalty.centre.empty() ? 0.0 : penalty.centre[v]);
      squares += distance * distance;
    }
    sum += penalty.l2[j] * squares;
  }
  return 0.5 * sum;
}

void Problem::add_penalty_gradient(std::span<const double> coefficients,
                                   std::span<double> gradient) const {
  for (std::size_t j = 0; j < features(); ++j) {
    for (std::size_t v = j * columns(); v < (j + 1) * columns(); ++v) {
      const double distance = coefficients[v] - (penalty.centre.empty() ? 0.0 : penalty.centre[v]);
      gradient[v] = penalty.keeps_out(j) ? 0.0 : gradient[v] + penalty.l2[j] * distance;
    }
  }
}

void Problem::finish_product(std::span<const double> direction, std::span<double> product) const {
  for (auto& p : product) p /= total_weight;
  for (std::size_t j = 0; j < features(); ++j) {
    for (std::size_t v = j * columns(); v < (j + 1) * columns(); ++v) {
      product[v] = penalty.keeps_out(j) ? 0.0 : product[v] + penalty.l2[j] * direction[v];
    }
  }
}

}  // namespace mpilogit::objective
