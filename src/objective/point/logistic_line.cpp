#include "objective/point/logistic_line.hpp"

#include "kernels/lane_sum.hpp"

namespace mpilogit::objective {

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
