#include "logistic_line.hpp"

#include "mpilogit/kernels/logistic.hpp"

namespace mpilogit::objective {

LogisticLine::LogisticLine(const Problem& problem, const LogisticPoint& from,
                           const LogisticPoint& to)
    : problem_(problem), from_(from), to_(to) {}

// With z(t) = z_a + t (z_b − z_a), w(t) likewise, r the residuals at z(t):
//   φ(t)  = (1/S) Σ_i s_i ℓ(y_i, z_i(t)) + ½ λ2 ‖w(t)‖²
//   φ′(t) = (1/S) Σ_i r_i (z_b − z_a)_i + λ2 w(t) · (w_b − w_a)
solvers::Line::Sample LogisticLine::at(double t) const {
  const auto block_sample = [&](const LocalBlock& block, BlockSums out) {
    const auto a = block.of(from_.margins());
    const auto b = block.of(to_.margins());
    std::vector<double> residuals(block.rows);
    for (std::size_t i = 0; i < block.rows; ++i) residuals[i] = a[i] + t * (b[i] - a[i]);
    kernels::LaneSum losses;
    kernels::losses_and_residuals(residuals,
                                  block.of(std::span<const std::uint8_t>(problem_.labels)),
                                  block.of(problem_.dataset.weights()), residuals, losses);
    for (std::size_t i = 0; i < block.rows; ++i) residuals[i] *= b[i] - a[i];
    out.scalars[0] = losses.total();
    out.scalars[1] = kernels::lane_sum(residuals);
  };
  const core::ExactVectorSum sums = exact_sum(problem_.blocks, problem_.options.threads,
                                              problem_.communicator, {}, 2, block_sample);

  const auto wa = from_.coefficients();
  const auto wb = to_.coefficients();
  std::vector<double> w(wa.size());
  double penalty_slope = 0.0;
  for (std::size_t j = 0; j < w.size(); ++j) w[j] = wa[j] + t * (wb[j] - wa[j]);
  for (std::size_t j = 0; j < problem_.features(); ++j) penalty_slope += w[j] * (wb[j] - wa[j]);
  const double total_weight = problem_.bounds.total_weight;
  return {.value = sums.scalar(0) / total_weight + problem_.penalty(w),
          .slope = sums.scalar(1) / total_weight + problem_.options.l2 * penalty_slope};
}

}  // namespace mpilogit::objective
