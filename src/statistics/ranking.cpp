// The exact, distributed ROC AUC: a sample sort of all rows by score.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "mpilogit/core/wide_sum.hpp"
#include "mpilogit/statistics/metrics.hpp"

#include "statistics/outcomes.hpp"

namespace mpilogit::statistics {

namespace {

constexpr std::size_t kSamplesPerRank = 256;

// Rows of one score, with the weights of each class in units of the grid.
struct TieGroup {
  double score;
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

// Sorts by score and merges equal ones. Cost: O(n log n).
std::vector<TieGroup> merge_ties(std::vector<TieGroup> groups) {
  std::sort(groups.begin(), groups.end(),
            [](const TieGroup& a, const TieGroup& b) { return a.score < b.score; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < groups.size(); ++i) {
    if (groups[i].score == groups[last].score) {
      groups[last].negatives += groups[i].negatives;
      groups[last].positives += groups[i].positives;
    } else {
      groups[++last] = groups[i];
    }
  }
  if (!groups.empty()) groups.resize(last + 1);
  return groups;
}

// What a row is ranked by: number `column` of `columns` per row.
struct Scores {
  std::span<const double> values;
  std::size_t columns = 1;
  std::size_t column = 0;

  // NaN (the margins overflowed) cannot be sorted: it ranks last.
  double of(std::size_t row) const {
    const double value = values[row * columns + column];
    return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value;
  }
};

// `positive` is the class whose rows shall rank above all others.
std::vector<TieGroup> local_groups(const ScoredRows& rows, const Scores& scores,
                                   std::uint32_t positive, const comm::Communicator& communicator) {
  double largest = 0.0;
  for_each_outcome(rows, [&](const Outcome& outcome) {
    largest = std::max(largest, outcome.weight * outcome.count);
  });
  const auto count = static_cast<std::int64_t>(rows.rows());
  const WeightGrid grid(communicator.maximum(largest), communicator.sum(count));
  std::vector<TieGroup> groups;
  groups.reserve(rows.rows());
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const std::int64_t weight = grid.to_integer(outcome.weight * outcome.count);
    const bool is_positive = outcome.label == positive;
    groups.push_back({scores.of(outcome.row), is_positive ? 0 : weight, is_positive ? weight : 0});
  });
  return merge_ties(std::move(groups));
}

// size − 1 scores that cut all rows into about equal parts, from a regular sample of each rank.
std::vector<double> choose_splitters(const std::vector<TieGroup>& groups,
                                     const comm::Communicator& communicator) {
  std::vector<double> mine;
  const std::size_t samples = std::min(kSamplesPerRank, groups.size());
  for (std::size_t i = 0; i < samples; ++i) {
    mine.push_back(groups[(2 * i + 1) * groups.size() / (2 * samples)].score);
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

// Sends every group to the rank of its interval: equal scores meet on one rank.
std::vector<TieGroup> sort_over_ranks(const std::vector<TieGroup>& groups,
                                      const comm::Communicator& communicator) {
  const std::vector<double> splitters = choose_splitters(groups, communicator);
  std::vector<std::vector<TieGroup>> outgoing(static_cast<std::size_t>(communicator.size()));
  for (const auto& group : groups) {
    const auto interval = std::upper_bound(splitters.begin(), splitters.end(), group.score);
    outgoing[static_cast<std::size_t>(interval - splitters.begin())].push_back(group);
  }
  return merge_ties(communicator.exchange(outgoing));
}

struct Totals {
  std::int64_t negatives = 0;
  std::int64_t positives = 0;
};

// Σ over tie groups of positives · (negatives below + ½ negatives tied). A group is the same on any
// number of ranks, and so is its term: the exact sum of the terms is, too.
std::optional<double> area(const std::vector<TieGroup>& groups,
                           const comm::Communicator& communicator) {
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

std::optional<double> area_of_class(const ScoredRows& rows, const Scores& scores,
                                    std::uint32_t positive,
                                    const comm::Communicator& communicator) {
  const auto groups = local_groups(rows, scores, positive, communicator);
  return area(sort_over_ranks(groups, communicator), communicator);
}

}  // namespace

std::optional<double> roc_auc(const ScoredRows& rows, const comm::Communicator& communicator) {
  // By margin: probabilities near 1 would be tied by their rounding.
  if (rows.shape.link == Link::logistic)
    return area_of_class(rows, {rows.margins}, 1, communicator);
  const std::size_t classes = rows.shape.classes();
  std::vector<double> probabilities(rows.rows() * classes);
  class_probabilities(rows.shape, rows.margins, probabilities);
  double sum = 0.0;
  for (std::size_t k = 0; k < classes; ++k) {
    const auto positive = static_cast<std::uint32_t>(k);
    const auto auc = area_of_class(rows, {probabilities, classes, k}, positive, communicator);
    if (!auc) return std::nullopt;
    sum += *auc;
  }
  return sum / static_cast<double>(classes);
}

}  // namespace mpilogit::statistics
