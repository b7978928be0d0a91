// The exact, distributed ROC AUC: a sample sort of all rows by margin.

#include <algorithm>
#include <cmath>
#include <vector>

#include "mpilogit/core/wide_sum.hpp"
#include "mpilogit/statistics/metrics.hpp"

namespace mpilogit::statistics {

namespace {

constexpr std::size_t kSamplesPerRank = 256;

// Rows of one margin, with the weights of each class in units of the grid.
struct TieGroup {
  double margin;
  std::int64_t negatives;
  std::int64_t positives;
};

// Sums of weights must not depend on which rank added them: each weight is rounded once to an
// integer on a grid of 2^-40 of the largest, and integers add exactly. With more than 2^22 rows the
// grid is coarser, so that the sum of all weights fits an int64.
class WeightGrid {
 public:
  WeightGrid(double largest, std::int64_t rows) {
    int exponent = 0;
    std::frexp(largest, &exponent);  // largest < 2^exponent
    int row_bits = 0;
    while ((std::int64_t{1} << row_bits) < rows) ++row_bits;
    unit_exponent_ = exponent - std::min(40, 62 - row_bits);
  }

  std::int64_t to_integer(double weight) const {
    return std::llrint(std::ldexp(weight, -unit_exponent_));
  }

 private:
  int unit_exponent_ = 0;
};

// Sorts by margin and merges equal ones. Cost: O(n log n).
std::vector<TieGroup> merge_ties(std::vector<TieGroup> groups) {
  std::sort(groups.begin(), groups.end(),
            [](const TieGroup& a, const TieGroup& b) { return a.margin < b.margin; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].margin == groups[last].margin) {
      groups[last].negatives += groups[i].negatives;
      groups[last].positives += groups[i].positives;
    } else {
      groups[++last] = groups[i];
    }
  }
  if (!groups.empty()) groups.resize(last + 1);
  return groups;
}

std::vector<TieGroup> local_groups(const ScoredRows& rows, const comm::Communicator& communicator) {
  double largest = rows.weights.empty() ? 1.0 : 0.0;
  for (const double weight : rows.weights) largest = std::max(largest, weight);
  const auto count = static_cast<std::int64_t>(rows.margins.size());
  const WeightGrid grid(communicator.maximum(largest), communicator.sum(count));
  std::vector<TieGroup> groups;
  groups.reserve(rows.margins.size());
  for (std::size_t i = 0; i < rows.margins.size(); ++i) {
    const std::int64_t weight = grid.to_integer(rows.weights.empty() ? 1.0 : rows.weights[i]);
    const bool positive = rows.labels[i] != 0;
    groups.push_back({rows.margins[i], positive ? 0 : weight, positive ? weight : 0});
  }
  return merge_ties(std::move(groups));
}

// size − 1 margins that cut all rows into about equal parts, from a regular sample of each rank.
std::vector<double> choose_splitters(const std::vector<TieGroup>& groups,
                                     const comm::Communicator& communicator) {
  std::vector<double> mine;
  const std::size_t samples = std::min(kSamplesPerRank, groups.size());
  for (std::size_t i = 0; i < samples; ++i) {
    mine.push_back(groups[(2 * i + 1) * groups.size() / (2 * samples)].margin);
  }
  std::vector<double> all = communicator.all_gather(std::span<const double>(mine));
  std::sort(all.begin(), all.end());
  std::vector<double> splitters;
  const auto parts = static_cast<std::size_t>(communicator.size());
  for (std::size_t part = 1; part < parts && !all.empty(); ++part) {
    splitters.push_back(all[part * all.size() / parts]);
  }
  return splitters;
}

// Sends every group to the rank of its interval: equal margins meet on one rank.
std::vector<TieGroup> sort_over_ranks(const std::vector<TieGroup>& groups,
                                      const comm::Communicator& communicator) {
  const std::vector<double> splitters = choose_splitters(groups, communicator);
  std::vector<std::vector<TieGroup>> outgoing(static_cast<std::size_t>(communicator.size()));
  for (const auto& group : groups) {
    const auto interval = std::upper_bound(splitters.begin(), splitters.end(), group.margin);
    outgoing[static_cast<std::size_t>(interval - splitters.begin())].push_back(group);
  }
  return merge_ties(communicator.exchange(outgoing));
}

struct Totals {
  std::int64_t negatives = 0;
  std::int64_t positives = 0;
};

}  // namespace

// Σ over tie groups of positives · (negatives below + ½ negatives tied). A group is the same on any
// number of ranks, and so is its term: the exact sum of the terms is, too.
std::optional<double> roc_auc(const ScoredRows& rows, const comm::Communicator& communicator) {
  const std::vector<TieGroup> groups =
      sort_over_ranks(local_groups(rows, communicator), communicator);
  Totals mine;
  for (const auto& group : groups) {
    mine.negatives += group.negatives;
    mine.positives += group.positives;
  }
  const std::vector<Totals> ranks = communicator.all_gather(std::span<const Totals>(&mine, 1));
  Totals all;
  std::int64_t below = 0;
  for (std::size_t r = 0; r < ranks.size(); ++r) {
    if (r < static_cast<std::size_t>(communicator.rank())) below += ranks[r].negatives;
    all.negatives += ranks[r].negatives;
    all.positives += ranks[r].positives;
  }
  if (all.negatives == 0 || all.positives == 0) return std::nullopt;

  core::WideSum sum;
  for (const auto& group : groups) {
    sum.add(static_cast<double>(group.positives) *
            (static_cast<double>(below) + 0.5 * static_cast<double>(group.negatives)));
    below += group.negatives;
  }
  sum.normalise();
  std::array<std::int64_t, core::WideSum::kLimbs> limbs{};
  std::copy(sum.limbs().begin(), sum.limbs().end(), limbs.begin());
  communicator.sum(limbs);
  return core::WideSum::from_limbs(limbs).value() /
         (static_cast<double>(all.positives) * static_cast<double>(all.negatives));
}

}  // namespace mpilogit::statistics
