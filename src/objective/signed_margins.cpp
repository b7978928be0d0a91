#include "objective/signed_margins.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/fused_pass.hpp"
#include "objective/curvature/grams.hpp"
#include "objective/curvature/hessian.hpp"
#include "objective/point/problem.hpp"

namespace mpilogit::objective {

namespace {

// The block's margins of so many directions, intercepts included (rows × columns).
std::vector<double> margins_of(const Problem& problem, const LocalBlock& block,
                               std::span<const double> directions, std::size_t columns) {
  const auto intercepts = directions.last(columns);
  std::vector<double> margins(block.rows * columns);
  for (std::size_t i = 0; i < block.rows; ++i) {
    std::copy(intercepts.begin(), intercepts.end(),
              margins.begin() + static_cast<std::ptrdiff_t>(i * columns));
  }
  const auto of_features = directions.first(problem.features() * columns);
  problem.rows().design.for_rows(block, [&](std::size_t first, const kernels::AnyRows& rows) {
    kernels::add_margins(
        rows, of_features, columns,
        std::span<double>(margins).subspan(first * columns, kernels::row_count(rows) * columns));
  });
  return margins;
}

// A read of all blocks that sums nothing.
void for_all_blocks(const Problem& problem, core::FunctionRef<void(const LocalBlock&)> body) {
  problem.passes.run(BlockSum{.blocks = problem.blocks,
                              .all_blocks = problem.all_blocks(),
                              .global_rows = problem.global_rows,
                              .scales = {},
                              .scalars = 0,
                              .body = [&](const LocalBlock& block, BlockSums) { body(block); }});
}

// A maximum does not depend on how rows are split.
double largest_of_blocks(const Problem& problem,
                         core::FunctionRef<double(const LocalBlock&)> of_block) {
  constexpr double kNone = -std::numeric_limits<double>::infinity();
  std::vector<double> of_blocks(problem.blocks.size(), kNone);
  for_all_blocks(problem, [&](const LocalBlock& block) {
    const std::int64_t place = block.number - problem.blocks.front().number;
    of_blocks[static_cast<std::size_t>(place)] = of_block(block);
  });
  double largest = kNone;
  for (const double own : of_blocks) largest = std::max(largest, own);
  return problem.rows().communicator.maximum(largest);
}

}  // namespace

std::int64_t SignedMargins::count(double low, double high,
                                  const comm::Communicator& communicator) const {
  const auto within = [&](double gain) { return gain >= low && gain < high; };
  return communicator.sum(
      static_cast<std::int64_t>(std::count_if(of_rows.begin(), of_rows.end(), within)));
}

// Extremes do not depend on how rows are split.
SignedMargins signed_margins(const LogisticObjective& objective,
                             std::span<const double> direction) {
  const Problem& problem = objective.problem();
  SignedMargins gains;
  gains.of_rows.resize(problem.likelihood->rows());
  for_all_blocks(problem, [&](const LocalBlock& block) {
    const auto margins = margins_of(problem, block, direction, problem.columns());
    problem.likelihood->gains(block, margins, block.of(std::span<double>(gains.of_rows)));
  });
  double smallest = std::numeric_limits<double>::infinity();
  double largest = -smallest;
  for (const double gain : gains.of_rows) {
    if (!std::isfinite(gain)) continue;
    smallest = std::min(smallest, gain);
    largest = std::max(largest, gain);
  }
  const comm::Communicator& communicator = problem.rows().communicator;
  gains.smallest = communicator.minimum(smallest);
  gains.largest = communicator.maximum(largest);
  return gains;
}

double largest_gain(const LogisticObjective& objective, std::span<const double> direction) {
  const Problem& problem = objective.problem();
  return largest_of_blocks(problem, [&](const LocalBlock& block) {
    std::vector<double> gains(block.rows);
    problem.likelihood->gains(block, margins_of(problem, block, direction, problem.columns()),
                              gains);
    double largest = -std::numeric_limits<double>::infinity();
    for (const double gain : gains) {
      if (std::isfinite(gain)) largest = std::max(largest, gain);
    }
    return largest;
  });
}

double largest_margin(const LogisticObjective& objective, std::span<const double> direction) {
  const Problem& problem = objective.problem();
  return largest_of_blocks(problem, [&](const LocalBlock& block) {
    double largest = 0.0;
    for (const double margin : margins_of(problem, block, direction, 1)) {
      largest = std::max(largest, std::fabs(margin));
    }
    return largest;
  });
}

std::vector<double> largest_margins(const LogisticObjective& objective,
                                    std::span<const double> directions, std::size_t columns) {
  const Problem& problem = objective.problem();
  std::vector<double> of_blocks(problem.blocks.size() * columns, 0.0);
  for_all_blocks(problem, [&](const LocalBlock& block) {
    const std::int64_t place = block.number - problem.blocks.front().number;
    const auto own =
        std::span<double>(of_blocks).subspan(static_cast<std::size_t>(place) * columns, columns);
    const auto weights = block.of(problem.likelihood->weights());
    const auto margins = margins_of(problem, block, directions, columns);
    for (std::size_t i = 0; i < block.rows; ++i) {
      if (!weights.empty() && weights[i] == 0.0) continue;
      for (std::size_t k = 0; k < columns; ++k) {
        own[k] = std::max(own[k], std::fabs(margins[i * columns + k]));
      }
    }
  });
  std::vector<double> largest(columns, 0.0);
  for (std::size_t e = 0; e < of_blocks.size(); ++e) {
    largest[e % columns] = std::max(largest[e % columns], of_blocks[e]);
  }
  problem.rows().communicator.maximum(largest);
  return largest;
}

// With all margins 0 the curvatures of a class are the same multiple of the weights.
solvers::SymmetricMatrix column_products(const LogisticObjective& objective) {
  const Problem& problem = objective.problem();
  const std::vector<double> margins(problem.likelihood->rows() * problem.columns(), 0.0);
  std::vector<double> state = margins;
  if (!problem.likelihood->margins_are_state()) problem.likelihood->curvature_state(margins, state);
  std::vector<std::uint32_t> all(problem.features());
  std::iota(all.begin(), all.end(), 0U);
  std::vector<std::size_t> of_one_class;
  for (std::size_t v = 0; v < problem.dimension(); v += problem.columns())
    of_one_class.push_back(v);
  return restricted(exact_hessian(problem, state, all), all, of_one_class, problem.columns());
}

}  // namespace mpilogit::objective
