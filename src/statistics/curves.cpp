#include "statistics/curves.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace mpilogit::statistics {

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
