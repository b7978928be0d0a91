#include "statistics/ranking.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>

#include "statistics/detail/sums.hpp"

namespace mpilogit::statistics {

namespace {

double as_double(std::int64_t weight) {
  return static_cast<double>(weight);
}

}  // namespace

// Σ over tie groups of positives · (negatives below + ½ negatives tied). A group is the same on any
// number of ranks, and so is its term: the exact sum of the terms is, too.
std::optional<double> roc_auc(const RankedScores& ranked, const comm::Communicator& communicator) {
  if (!ranked.both_classes()) return std::nullopt;
  core::WideSum sum;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    sum.add(as_double(group.weights.positives) *
            (as_double(below.negatives) + 0.5 * as_double(group.weights.negatives)));
  });
  return value_over_ranks(sum, communicator) /
         (as_double(ranked.total().positives) * as_double(ranked.total().negatives));
}

// Tied rows have the same V: a group adds one term to each sum.
std::optional<Interval> roc_auc_interval(const RankedScores& ranked, double auc,
                                         const comm::Communicator& communicator) {
  const double positives = as_double(ranked.total().positives);
  const double negatives = as_double(ranked.total().negatives);
  const double unit = ranked.unit();
  if (unit * positives <= 1.0 || unit * negatives <= 1.0) return std::nullopt;
  std::array<core::WideSum, 2> squares;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    const ClassWeights& weights = group.weights;
    const std::int64_t above = ranked.total().positives - below.positives - weights.positives;
    const double v10 =
        (as_double(below.negatives) + 0.5 * as_double(weights.negatives)) / negatives;
    const double v01 = (as_double(above) + 0.5 * as_double(weights.positives)) / positives;
    squares[0].add(unit * as_double(weights.positives) * (v10 - auc) * (v10 - auc));
    squares[1].add(unit * as_double(weights.negatives) * (v01 - auc) * (v01 - auc));
  });
  sum_over_ranks(squares, communicator);
  const double variance = squares[0].value() / ((unit * positives - 1.0) * unit * positives) +
                          squares[1].value() / ((unit * negatives - 1.0) * unit * negatives);
  constexpr double kNormalQuantile = 1.9599639845400543;  // of 0.975
  const double half = kNormalQuantile * std::sqrt(variance);
  return Interval{std::max(0.0, auc - half), std::min(1.0, auc + half)};
}

// A group of the target class adds its weight times the precision of all rows from the best down to
// itself.
std::optional<double> average_precision(const RankedScores& ranked, Target target,
                                        const comm::Communicator& communicator) {
  const bool high = target == Target::positives;
  const ClassWeights& total = ranked.total();
  if ((high ? total.positives : total.negatives) == 0) return std::nullopt;
  core::WideSum sum;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    const std::int64_t own = high ? group.weights.positives : group.weights.negatives;
    if (own == 0) return;
    const std::int64_t hits =
        high ? total.positives - below.positives : below.negatives + group.weights.negatives;
    const std::int64_t others =
        high ? total.negatives - below.negatives : below.positives + group.weights.positives;
    sum.add(as_double(own) * (as_double(hits) / as_double(hits + others)));
  });
  return value_over_ranks(sum, communicator) / as_double(high ? total.positives : total.negatives);
}

namespace {

struct Candidate {
  double cost = 0.0;
  double score = std::numeric_limits<double>::infinity();
  ClassWeights called;  // positive: at or above the threshold

  bool operator<(const Candidate& other) const {
    return std::tuple(cost, -score) < std::tuple(other.cost, -other.score);
  }
};

}  // namespace

// Every rank's best, then the best of these.
std::optional<BestThreshold> best_threshold(const RankedScores& ranked, const Cost& cost,
                                            const comm::Communicator& communicator) {
  if (!ranked.both_classes()) return std::nullopt;
  const ClassWeights& total = ranked.total();
  Candidate best{.cost = cost.false_negative * as_double(total.positives), .called = {}};
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    Candidate candidate{
        .score = group.score,
        .called = {total.negatives - below.negatives, total.positives - below.positives}};
    candidate.cost = cost.false_positive * as_double(candidate.called.negatives) +
                     cost.false_negative * as_double(below.positives);
    best = std::min(best, candidate);
  });
  const auto all = communicator.all_gather(std::span<const Candidate>(&best, 1));
  best = *std::min_element(all.begin(), all.end());

  const double weight = as_double(total.negatives) + as_double(total.positives);
  const bool none = best.called.negatives == 0 && best.called.positives == 0;
  return BestThreshold{
      .score = best.score,
      .probability = none ? best.score : ranked.probability(best.score),
      .cost = best.cost / weight,
      .false_positive_rate = as_double(best.called.negatives) / as_double(total.negatives),
      .true_positive_rate = as_double(best.called.positives) / as_double(total.positives)};
}

namespace {

constexpr std::int64_t kParts = 500;

// All rows at or above a score.
struct Point {
  double score = 0.0;
  ClassWeights above;
};

// Which part of its class each weight reaches.
struct Parts {
  explicit Parts(const ClassWeights& total)
      : negatives((total.negatives + kParts - 1) / kParts),
        positives((total.positives + kParts - 1) / kParts) {}

  bool same(const ClassWeights& a, const ClassWeights& b) const {
    return a.negatives / negatives == b.negatives / negatives &&
           a.positives / positives == b.positives / positives;
  }

  std::int64_t negatives;
  std::int64_t positives;
};

// Those of all ranks, scores descending. Whether a group gives a point is decided by global
// weights alone.
std::vector<Point> choose_points(const RankedScores& ranked,
                                 const comm::Communicator& communicator) {
  const Parts parts(ranked.total());
  std::vector<Point> mine;
  ranked.for_each_group([&](const TieGroup& group, const ClassWeights& below) {
    const ClassWeights above = {ranked.total().negatives - below.negatives,
                                ranked.total().positives - below.positives};
    const ClassWeights before = {above.negatives - group.weights.negatives,
                                 above.positives - group.weights.positives};
    const bool last = below.negatives == 0 && below.positives == 0;
    if (last || !parts.same(above, before)) mine.push_back({group.score, above});
  });
  std::vector<Point> all = communicator.all_gather(std::span<const Point>(mine));
  std::reverse(all.begin(), all.end());
  return all;
}

double ratio(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

ScoreHistogram make_histogram(const RankedScores& ranked, const comm::Communicator& communicator) {
  ScoreHistogram histogram;
  histogram.edges = equal_bins(kHistogramBins);
  std::vector<std::int64_t> weights(2 * kHistogramBins);
  for (const auto& group : ranked.groups()) {
    const std::size_t bin = bin_of(histogram.edges, ranked.probability(group.score));
    weights[2 * bin] += group.weights.negatives;
    weights[2 * bin + 1] += group.weights.positives;
  }
  communicator.sum(weights);
  for (std::size_t bin = 0; bin < kHistogramBins; ++bin) {
    histogram.negatives.push_back(ranked.unit() * static_cast<double>(weights[2 * bin]));
    histogram.positives.push_back(ranked.unit() * static_cast<double>(weights[2 * bin + 1]));
  }
  return histogram;
}

}  // namespace

std::optional<Curves> make_curves(const RankedScores& ranked,
                                  const comm::Communicator& communicator) {
  if (!ranked.both_classes()) return std::nullopt;
  const ClassWeights& total = ranked.total();
  const double infinity = std::numeric_limits<double>::infinity();
  Curves curves;
  curves.roc = {{0.0}, {0.0}, {infinity}};
  curves.pr = {{0.0}, {1.0}, {infinity}};
  for (const auto& [score, above] : choose_points(ranked, communicator)) {
    const double threshold = ranked.probability(score);
    const double recall = ratio(above.positives, total.positives);
    curves.roc.fpr.push_back(ratio(above.negatives, total.negatives));
    curves.roc.tpr.push_back(recall);
    curves.roc.threshold.push_back(threshold);
    curves.pr.recall.push_back(recall);
    curves.pr.precision.push_back(ratio(above.positives, above.positives + above.negatives));
    curves.pr.threshold.push_back(threshold);
  }
  curves.histogram = make_histogram(ranked, communicator);
  return curves;
}

std::vector<double> equal_bins(std::size_t bins) {
  std::vector<double> edges;
  const double step = 1.0 / static_cast<double>(bins);
  for (std::size_t i = 0; i < bins; ++i) edges.push_back(static_cast<double>(i) * step);
  edges.push_back(1.0);
  return edges;
}

std::size_t bin_of(const std::vector<double>& edges, double probability) {
  const auto edge = std::lower_bound(edges.begin() + 1, edges.end() - 1, probability);
  return static_cast<std::size_t>(edge - edges.begin()) - 1;
}

}  // namespace mpilogit::statistics
