#include "statistics/detail/hosmer_lemeshow.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/logistic.hpp"
#include "statistics/detail/wide_sums.hpp"
#include "statistics/ranked_scores.hpp"

namespace mpilogit::statistics {

namespace {

// Where the quantile of `probability` lies: between the values of two ranks, counted from 1 (a row
// of weight s has s ranks). In R's words: index = 1 + (n − 1) p.
struct QuantilePlace {
  QuantilePlace(double rows, double probability) {
    const double index = 1.0 + std::max(rows - 1.0, 0.0) * probability;
    lower = std::min(std::floor(index), rows);
    upper = std::min(std::ceil(index), rows);
    share = index - lower;
  }
  double lower;
  double upper;
  double share;
};

// The margins that have the given ranks (ascending, from 1 to the number of rows), the same on
// every rank of MPI. Cost: a look at the groups.
std::vector<double> margins_of_ranks(const RankedScores& ranked, const std::vector<double>& wanted,
                                     const comm::Communicator& communicator) {
  std::vector<double> found(wanted.size(), -std::numeric_limits<double>::infinity());
  std::size_t next = 0;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    const double before = ranked.unit() * static_cast<double>(below.negatives + below.positives);
    const double until =
        ranked.unit() * static_cast<double>(below.negatives + below.positives +
                                            group.weights.negatives + group.weights.positives);
    while (next < wanted.size() && wanted[next] <= before) ++next;  // on a rank before
    for (; next < wanted.size() && wanted[next] <= until; ++next) found[next] = group.score;
  });
  communicator.maximum(found);
  return found;
}

// Quantiles of type 7: (1 − h) x[⌊index⌋] + h x[⌈index⌉], h = index − ⌊index⌋; each once.
std::vector<double> quantile_cuts(const RankedScores& ranked, std::int64_t groups,
                                  const comm::Communicator& communicator) {
  const double rows =
      ranked.unit() * static_cast<double>(ranked.total().negatives + ranked.total().positives);
  const double step = 1.0 / static_cast<double>(groups);
  std::vector<QuantilePlace> places;
  std::vector<double> wanted;
  for (std::int64_t i = 0; i <= groups; ++i) {
    places.emplace_back(rows, i == groups ? 1.0 : static_cast<double>(i) * step);
    wanted.insert(wanted.end(), {places.back().lower, places.back().upper});
  }
  std::sort(wanted.begin(), wanted.end());
  const std::vector<double> margins = margins_of_ranks(ranked, wanted, communicator);
  const auto probability_of = [&](double rank) {
    const auto found = std::lower_bound(wanted.begin(), wanted.end(), rank);
    return ranked.probability(margins[static_cast<std::size_t>(found - wanted.begin())]);
  };
  std::vector<double> cuts;
  for (const auto& place : places) {
    const double lower = probability_of(place.lower);
    const double upper = probability_of(place.upper);
    // Rounding must not push the cut below the row that it is to take in.
    const double cut = place.share > 0.0 && upper != lower
                           ? std::max(lower, (1.0 - place.share) * lower + place.share * upper)
                           : lower;
    if (cuts.empty() || cuts.back() < cut) cuts.push_back(cut);
  }
  return cuts;
}

// Of one group, class 0 and class 1.
struct Cell {
  std::array<std::int64_t, 2> observed{};
  std::array<core::WideSum, 2> expected;
};

std::vector<Cell> fill_cells(const RankedScores& ranked, const std::vector<double>& cuts) {
  std::vector<Cell> cells(cuts.size() - 1);
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights&) {
    const double probability = kernels::sigmoid(group.score);
    const auto cut = std::lower_bound(cuts.begin() + 1, cuts.end() - 1, probability);
    Cell& cell = cells[static_cast<std::size_t>(cut - cuts.begin()) - 1];
    const ClassWeights& weights = group.weights;
    cell.observed[0] += weights.negatives;
    cell.observed[1] += weights.positives;
    const double weight =
        ranked.unit() * static_cast<double>(weights.negatives + weights.positives);
    cell.expected[0].add(weight * kernels::sigmoid(-group.score));
    cell.expected[1].add(weight * probability);
  });
  return cells;
}

}  // namespace

std::optional<HosmerLemeshow> hosmer_lemeshow(const ScoredRows& rows,
                                              const comm::Communicator& communicator,
                                              std::int64_t groups) {
  const RankedScores ranked = RankedScores::by_margin(rows, communicator);
  const std::vector<double> cuts = quantile_cuts(ranked, groups, communicator);
  if (cuts.size() < 2) return std::nullopt;
  HosmerLemeshow test;
  test.degrees = -2;
  for (auto& cell : fill_cells(ranked, cuts)) {
    sum_over_ranks(cell.expected, communicator);
    communicator.sum(cell.observed);
    if (cell.observed[0] + cell.observed[1] > 0) ++test.degrees;
    for (std::size_t k = 0; k < 2; ++k) {
      const double expected = cell.expected[k].value();
      const double difference = ranked.unit() * static_cast<double>(cell.observed[k]) - expected;
      if (difference != 0.0) test.statistic += difference * difference / expected;
    }
  }
  if (test.degrees < 1) return std::nullopt;
  return test;
}

}  // namespace mpilogit::statistics
