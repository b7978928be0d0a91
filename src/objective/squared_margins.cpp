#include "mpilogit/objective/squared_margins.hpp"

#include <algorithm>

#include "problem.hpp"

namespace mpilogit::objective {

std::vector<double> squared_margins(const LogisticObjective& objective,
                                    std::span<const double> directions, std::size_t columns) {
  const Problem& problem = objective.problem();
  const std::vector<core::FixedPoint> nothing(directions.size());
  const auto to_squares = [&](const LocalBlock& block, std::size_t first, std::span<double> tile,
                              std::span<kernels::LaneSum> scalars) {
    const auto weights = block.of(problem.likelihood->weights());
    for (std::size_t e = 0; e < tile.size(); ++e) {
      const double weight = weights.empty() ? 1.0 : weights[first + e / columns];
      tile[e] = weight * tile[e] * tile[e];
    }
    for (std::size_t k = 0; k < columns; ++k) scalars[k].add(tile, k, columns);
    std::fill(tile.begin(), tile.end(), 0.0);  // the sums over features are not asked for
  };
  return problem.passes
      .run(FusedPass{.blocks = problem.blocks,
                     .global_rows = problem.global_rows,
                     .columns = columns,
                     .coefficients = directions,
                     .offsets = {},
                     .scales = nothing,
                     .scalars = columns,
                     .transform = to_squares})
      .scalars;
}

}  // namespace mpilogit::objective
