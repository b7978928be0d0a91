#include "gradient_pass.hpp"

#include <algorithm>
#include <vector>

#include "mpilogit/kernels/fused_pass.hpp"
#include "mpilogit/kernels/logistic.hpp"

namespace mpilogit::objective {

core::ExactVectorSum gradient_pass(const Problem& problem, std::span<const LocalBlock> blocks,
                                   std::span<const double> coefficients,
                                   std::span<double> margins) {
  const std::size_t features = problem.features();
  const auto block_gradient = [&](const LocalBlock& block, BlockSums out) {
    std::vector<double> factors(block.rows);
    problem.start_margins(block, coefficients[features], factors);
    const auto kept = block.of(margins);
    const auto labels = block.of(std::span<const std::uint8_t>(problem.labels));
    const auto weights = block.of(problem.dataset.weights());
    kernels::LaneSum losses;
    kernels::LaneSum residuals;
    const auto to_residuals = [&](std::size_t first, std::span<double> tile) {
      if (!kept.empty()) std::copy(tile.begin(), tile.end(), kept.subspan(first).begin());
      kernels::losses_and_residuals(tile, labels.subspan(first, tile.size()),
                                    weights.empty() ? weights : weights.subspan(first, tile.size()),
                                    tile, losses);
      residuals.add(tile);
    };
    kernels::fused_pass(problem.dataset.block(block.number), coefficients.first(features),
                        to_residuals, factors, out.vector.first(features));
    out.vector[features] = residuals.total();
    out.scalars[0] = losses.total();
  };
  return exact_sum(blocks, problem.options.threads, problem.communicator, problem.gradient_scales,
                   1, block_gradient);
}

}  // namespace mpilogit::objective
