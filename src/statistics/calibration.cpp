#include "statistics/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "statistics/detail/outcomes.hpp"
#include "statistics/detail/sums.hpp"
#include "statistics/ranking.hpp"

namespace mpilogit::statistics {

namespace {

// The sums of bin b are 3 b + these; after all bins one of squared errors and one of weights.
enum BinSum : std::size_t { kBinWeight, kBinPredicted, kBinObserved, kSumsPerBin };

struct Prediction {
  double probability = 0.0;
  std::uint32_t label = 1;  // that it is the probability of
};

Prediction prediction_of(std::span<const double> probabilities) {
  if (probabilities.size() == 1) return {probabilities.front(), 1};
  const auto largest = std::max_element(probabilities.begin(), probabilities.end());
  return {*largest, static_cast<std::uint32_t>(largest - probabilities.begin())};
}

}  // namespace

// Each row's terms go into exact sums by themselves: where the rows are split cannot matter.
Calibration calibrate(const ScoredRows& rows, std::span<const double> probabilities,
                      std::size_t bins, const comm::Communicator& communicator) {
  const std::vector<double> edges = equal_bins(bins);
  const std::size_t columns = rows.shape.event_columns();
  std::vector<core::WideSum> sums(bins * kSumsPerBin + 2);
  std::vector<std::int64_t> counts(bins);
  core::WideSum& squares = sums[bins * kSumsPerBin];
  core::WideSum& all_weight = sums[bins * kSumsPerBin + 1];
  for_each_outcome(rows, [&](const Outcome& outcome) {
    const auto own = probabilities.subspan(outcome.row * columns, columns);
    const Prediction prediction = prediction_of(own);
    const std::size_t bin = bin_of(edges, prediction.probability);
    counts[bin] += static_cast<std::int64_t>(outcome.count);
    const double weight = outcome.weight * outcome.count;
    if (weight == 0.0) return;
    squares.add(weight * squared_error(own, outcome.label));
    all_weight.add(weight);
    core::WideSum* const of_bin = &sums[bin * kSumsPerBin];
    of_bin[kBinWeight].add(weight);
    of_bin[kBinPredicted].add(weight * prediction.probability);
    if (outcome.label == prediction.label) of_bin[kBinObserved].add(weight);
  });
  sum_over_ranks(sums, communicator);
  communicator.sum(counts);

  Calibration result;
  const double total = all_weight.value();
  result.brier = squares.value() / total;
  for (std::size_t b = 0; b < bins; ++b) {
    const core::WideSum* const of_bin = &sums[b * kSumsPerBin];
    ReliabilityBin bin;
    bin.lower = edges[b];
    bin.upper = edges[b + 1];
    bin.rows = counts[b];
    bin.weight = of_bin[kBinWeight].value();
    if (bin.weight > 0.0) {
      bin.mean_predicted = of_bin[kBinPredicted].value() / bin.weight;
      bin.observed = of_bin[kBinObserved].value() / bin.weight;
      result.expected_error += bin.weight / total * std::fabs(*bin.mean_predicted - *bin.observed);
    }
    result.bins.push_back(bin);
  }
  return result;
}

}  // namespace mpilogit::statistics
