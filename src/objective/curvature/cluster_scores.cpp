#include "objective/curvature/cluster_scores.hpp"

#include <algorithm>
#include <atomic>

#include "kernels/fused_pass.hpp"

namespace mpilogit::objective {

ClusterScores::ClusterScores(const Problem& problem, std::span<const double> residuals,
                             std::span<const std::size_t> variables)
    : problem_(problem),
      residuals_(residuals),
      groups_(problem.rows().design.dataset().groups()),
      weights_(problem.likelihood->weights()),
      variables_(variables) {
  for (const auto v : variables) {
    scales_.push_back(problem.gradient_scales[v]);
    bounds_.push_back(problem.rows().bounds.absolute[v / problem.columns()]);
  }
}

// Integers of threads meet in one array: adding them is exact in any order.
// Cost: (features + 1) × columns roundings per row of these clusters.
ClusterScores::Integers ClusterScores::sum_local_rows(std::int64_t first, std::int64_t last) const {
  const std::size_t columns = problem_.columns();
  const std::size_t width = variables_.size();
  Integers sums(static_cast<std::size_t>(last - first) * width);
  for_each_block(
      problem_.rows().design.dataset(), problem_.blocks, problem_.rows().threads,
      [&](const LocalBlock& block, int) {
        const auto asked = [&](std::size_t row) {
          return groups_[row] >= first && groups_[row] < last && counts(row);
        };
        std::vector<double> score(problem_.dimension());
        problem_.rows().design.for_rows(block, [&](std::size_t begin,
                                                   const kernels::AnyRows& rows) {
          for (std::size_t i = 0; i < kernels::row_count(rows); ++i) {
            const std::size_t row = block.first + begin + i;
            if (!asked(row)) continue;
            const auto own = residuals_.subspan(row * columns, columns);
            std::fill(score.begin(), score.end(), 0.0);
            kernels::add_weighted_rows(kernels::rows_of(rows, i, 1), own, columns,
                                       std::span<double>(score).first(score.size() - columns));
            std::copy(own.begin(), own.end(), score.end() - static_cast<std::ptrdiff_t>(columns));
            std::int64_t* const sum = &sums[static_cast<std::size_t>(groups_[row] - first) * width];
            for (std::size_t v = 0; v < width; ++v) {
              const double value = score[variables_[v]];
              if (value == 0.0) continue;
              std::atomic_ref<std::int64_t>(sum[v]).fetch_add(scales_[v].to_integer(value),
                                                              std::memory_order_relaxed);
            }
          }
        });
      });
  return sums;
}

// For each rank the clusters that it owns and this one has rows of: a number, then the integers.
std::vector<ClusterScores::Integers> ClusterScores::pack(const Integers& sums, std::int64_t first,
                                                         std::int64_t last) const {
  std::vector<std::uint8_t> present(static_cast<std::size_t>(last - first));
  for (std::size_t row = 0; row < groups_.size(); ++row) {
    if (groups_[row] < first || groups_[row] >= last || !counts(row)) continue;
    present[static_cast<std::size_t>(groups_[row] - first)] = 1;
  }
  const auto ranks = static_cast<std::size_t>(problem_.rows().communicator.size());
  const auto width = static_cast<std::ptrdiff_t>(variables_.size());
  std::vector<Integers> outgoing(ranks);
  for (std::int64_t c = 0; c < last - first; ++c) {
    if (present[static_cast<std::size_t>(c)] == 0) continue;
    Integers& part = outgoing[static_cast<std::size_t>(c / kClusterBlock) % ranks];
    part.push_back(c);
    const auto own = sums.begin() + c * width;
    part.insert(part.end(), own, own + width);
  }
  return outgoing;
}

OwnedScores ClusterScores::of(std::int64_t first, std::int64_t last) const {
  const comm::Communicator& communicator = problem_.rows().communicator;
  const Integers incoming = communicator.exchange(pack(sum_local_rows(first, last), first, last));

  OwnedScores owned;
  const std::size_t width = variables_.size();
  std::size_t rows = 0;
  for (std::int64_t b = communicator.rank(); b * kClusterBlock < last - first;
       b += communicator.size()) {
    const auto count =
        static_cast<std::size_t>(std::min(kClusterBlock, last - first - b * kClusterBlock));
    owned.blocks.push_back({first / kClusterBlock + b, rows, count});
    rows += count;
  }
  Integers sums(rows * width);
  std::vector<std::uint8_t> present(rows);
  for (std::size_t at = 0; at < incoming.size(); at += width + 1) {
    const std::int64_t turn = incoming[at] / kClusterBlock / communicator.size();
    const auto row = static_cast<std::size_t>(turn * kClusterBlock + incoming[at] % kClusterBlock);
    present[row] = 1;
    for (std::size_t v = 0; v < width; ++v) sums[row * width + v] += incoming[at + 1 + v];
  }
  owned.clusters = std::count(present.begin(), present.end(), 1);
  owned.scores.reserve(sums.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t v = 0; v < width; ++v) {
      owned.scores.push_back(scales_[v].to_double(sums[row * width + v]));
    }
  }
  return owned;
}

}  // namespace mpilogit::objective
