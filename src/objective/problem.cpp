#include "problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "hessian_plan.hpp"

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

}  // namespace

Problem::Problem(const Passes& carrier, Targets targets, Penalty chosen)
    : passes(carrier),
      class_weights(class_totals(carrier.rows().design.dataset(), targets,
                                 carrier.rows().communicator, carrier.rows().threads)),
      total_weight(std::accumulate(class_weights.begin(), class_weights.end(), 0.0)),
      smallest_weight(smallest_positive(targets.weights, carrier.rows().communicator)),
      symmetric(targets.classes > 2 && !targets.reference_class),
      likelihood(std::move(targets)) {
  for (const double bound : rows().bounds.absolute) {
    for (std::size_t k = 0; k < columns(); ++k) gradient_scales.emplace_back(bound);
  }
  set_penalty(std::move(chosen));
  const HessianPlan plan = plan_hessian(rows(), columns());
  hessian_kind = plan.kind;
  hessian_stride = plan.stride;
}

void Problem::set_penalty(Penalty chosen) {
  penalty = std::move(chosen);
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
