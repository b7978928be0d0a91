#include "statistics/group_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "statistics/detail/outcomes.hpp"
#include "statistics/detail/sample_sort.hpp"
#include "statistics/detail/sums.hpp"
#include "statistics/ranked_scores.hpp"

namespace mpilogit::statistics {

namespace {

// Rows of one score in one group of rows.
struct GroupScore {
  std::uint32_t group = 0;
  double score = 0.0;
  ClassWeights weights;

  bool operator<(const GroupScore& other) const {
    return std::tie(group, score) < std::tie(other.group, other.score);
  }
  void absorb(const GroupScore& other) { weights += other.weights; }
};

// Which column of the scores ranks the rows, and whose class is to rank high.
struct Column {
  std::span<const double> values;
  std::size_t columns = 1;
  std::size_t column = 0;
  std::uint32_t positive = 1;
};

std::vector<GroupScore> group_scores(const ScoredRows& rows, const Column& column,
                                     std::span<const std::uint32_t> groups,
                                     const WeightGrid& grid) {
  std::vector<GroupScore> scores;
  scores.reserve(rows.rows());
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const std::int64_t weight = grid.to_integer(outcome.weight * outcome.count);
    if (weight == 0) return;
    const bool is_positive = outcome.label == column.positive;
    scores.push_back({groups[outcome.row],
                      rankable(column.values[outcome.row * column.columns + column.column]),
                      {is_positive ? 0 : weight, is_positive ? weight : 0}});
  });
  return scores;
}

// Negatives of all groups, in the order of the sort, up to the first record of this rank.
std::int64_t negatives_before(const std::vector<GroupScore>& sorted,
                              const comm::Communicator& communicator) {
  std::int64_t mine = 0;
  for (const auto& record : sorted) mine += record.weights.negatives;
  const auto ranks = communicator.all_gather(std::span<const std::int64_t>(&mine, 1));
  std::int64_t before = 0;
  for (std::size_t r = 0; r < static_cast<std::size_t>(communicator.rank()); ++r) {
    before += ranks[r];
  }
  return before;
}

// As roc_auc, of every group. The sort is by group first, so the negatives below a score in its
// group are all before it less all of the groups before.
std::vector<std::optional<double>> areas(std::vector<GroupScore> scores, std::size_t count,
                                         const comm::Communicator& communicator) {
  const std::vector<GroupScore> sorted = sort_over_ranks(std::move(scores), communicator);
  std::vector<std::int64_t> totals(2 * count);  // negatives, positives of each group
  for (const auto& record : sorted) {
    const std::size_t at = 2 * std::size_t{record.group};
    totals[at] += record.weights.negatives;
    totals[at + 1] += record.weights.positives;
  }
  communicator.sum(totals);
  std::vector<std::int64_t> starts(count + 1);
  for (std::size_t g = 0; g < count; ++g) starts[g + 1] = starts[g] + totals[2 * g];

  std::vector<core::WideSum> sums(count);
  std::int64_t before = negatives_before(sorted, communicator);
  for (const auto& [group, score, weights] : sorted) {
    sums[group].add(static_cast<double>(weights.positives) *
                    (static_cast<double>(before - starts[group]) +
                     0.5 * static_cast<double>(weights.negatives)));
    before += weights.negatives;
  }
  sum_over_ranks(sums, communicator);
  std::vector<std::optional<double>> result(count);
  for (std::size_t g = 0; g < count; ++g) {
    if (totals[2 * g] == 0 || totals[2 * g + 1] == 0) continue;
    result[g] = sums[g].value() /
                (static_cast<double>(totals[2 * g + 1]) * static_cast<double>(totals[2 * g]));
  }
  return result;
}

// Of more than two classes the mean over the classes, where every one has an area.
void add_areas(const ScoredRows& rows, std::span<const double> probabilities,
               std::span<const std::uint32_t> groups, std::vector<GroupMetrics>& result,
               const comm::Communicator& communicator) {
  const WeightGrid grid(rows, communicator);
  const auto of_column = [&](const Column& column) {
    return areas(group_scores(rows, column, groups, grid), result.size(), communicator);
  };
  if (rows.shape.link == Link::logistic) {
    const auto all = of_column({.values = rows.margins});
    for (std::size_t g = 0; g < result.size(); ++g) result[g].roc_auc = all[g];
    return;
  }
  const std::size_t classes = rows.shape.classes();
  std::vector<double> sums(result.size());
  for (std::size_t k = 0; k < classes; ++k) {
    const auto all = of_column({probabilities, classes, k, static_cast<std::uint32_t>(k)});
    for (std::size_t g = 0; g < result.size(); ++g) {
      sums[g] += all[g].value_or(std::numeric_limits<double>::quiet_NaN());
    }
  }
  for (std::size_t g = 0; g < result.size(); ++g) {
    if (!std::isnan(sums[g])) result[g].roc_auc = sums[g] / static_cast<double>(classes);
  }
}

// The sums of group g are 6 g + these.
enum GroupSum : std::size_t {
  kGroupWeight,
  kGroupLoss,
  kGroupCorrect,
  kGroupSquares,
  kGroupObserved,
  kGroupPredicted,
  kSumsPerGroup
};

std::vector<core::WideSum> sum_groups(const ScoredRows& rows, std::span<const double> probabilities,
                                      std::span<const std::uint32_t> groups, std::size_t count) {
  const RowLosses losses(rows);
  const std::vector<std::uint32_t> predicted = predictions(rows);
  const std::size_t columns = rows.shape.event_columns();
  std::vector<core::WideSum> sums(count * kSumsPerGroup);
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const double weight = outcome.weight * outcome.count;
    if (weight == 0.0) return;
    core::WideSum* const own = &sums[groups[outcome.row] * kSumsPerGroup];
    const auto events = probabilities.subspan(outcome.row * columns, columns);
    own[kGroupWeight].add(weight);
    own[kGroupLoss].add(weight * losses.at(outcome));
    if (outcome.label == predicted[outcome.row]) own[kGroupCorrect].add(weight);
    own[kGroupSquares].add(weight * squared_error(events, outcome.label));
    if (outcome.label == 1) own[kGroupObserved].add(weight);
    own[kGroupPredicted].add(weight * events.front());
  });
  return sums;
}

}  // namespace

std::vector<GroupMetrics> metrics_by_group(const ScoredRows& rows,
                                           std::span<const std::uint32_t> groups, std::size_t count,
                                           const comm::Communicator& communicator) {
  const std::vector<double> probabilities = event_probabilities(rows.shape, rows.margins);
  std::vector<core::WideSum> sums = sum_groups(rows, probabilities, groups, count);
  sum_over_ranks(sums, communicator);
  std::vector<std::int64_t> group_rows(count);
  for (const auto group : groups) ++group_rows[group];
  communicator.sum(group_rows);

  std::vector<GroupMetrics> result(count);
  for (std::size_t g = 0; g < count; ++g) {
    const core::WideSum* const own = &sums[g * kSumsPerGroup];
    const double weight = own[kGroupWeight].value();
    result[g].rows = group_rows[g];
    if (weight == 0.0) continue;
    result[g].log_loss = own[kGroupLoss].value() / weight;
    result[g].accuracy = own[kGroupCorrect].value() / weight;
    result[g].brier = own[kGroupSquares].value() / weight;
    if (rows.shape.link != Link::logistic) continue;
    result[g].observed = own[kGroupObserved].value() / weight;
    result[g].mean_predicted = own[kGroupPredicted].value() / weight;
  }
  add_areas(rows, probabilities, groups, result, communicator);
  return result;
}

}  // namespace mpilogit::statistics
