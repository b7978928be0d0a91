#pragma once
// What is drawn: ROC and precision-recall curves of few points, a histogram of the scores.

#include <cstddef>
#include <optional>
#include <vector>

#include "comm/communicator.hpp"
#include "statistics/ranked_scores.hpp"

namespace mpilogit::statistics {

/// From the corner (0, 0) to (1, 1): rows of a probability at or above threshold[i] are called
/// positive. threshold[0] = ∞: none. scikit-learn's roc_curve.
struct RocCurve {
  std::vector<double> fpr;  ///< false positive rate
  std::vector<double> tpr;  ///< true positive rate
  std::vector<double> threshold;
};

/// From recall 0 (where precision is called 1) to recall 1, likewise: scikit-learn's
/// precision_recall_curve, reversed.
struct PrecisionRecallCurve {
  std::vector<double> recall;
  std::vector<double> precision;
  std::vector<double> threshold;
};

/// Weights of the rows whose probability is in (edges[b], edges[b + 1]]; the first takes 0 too.
struct ScoreHistogram {
  std::vector<double> edges;
  std::vector<double> negatives;
  std::vector<double> positives;
};

struct Curves {
  RocCurve roc;
  PrecisionRecallCurve pr;
  ScoreHistogram histogram;
};

inline constexpr std::size_t kHistogramBins = 50;

/// Collective. Both curves have the same thresholds, at most 1,002 of all: the weights of each
/// class are cut into 500 equal parts, and a group of equal scores gives a point if it is the first
/// from above to reach a part that none before it reached, or the last. A curve is thus drawn to
/// within a 500th in each direction by points that are exactly its own. None when a class has no
/// weight. Cost: a look at this rank's groups.
std::optional<Curves> make_curves(const RankedScores& ranked,
                                  const comm::Communicator& communicator);

/// Edges of `bins` equal parts of [0, 1], as numpy.linspace's.
std::vector<double> equal_bins(std::size_t bins);

/// Which part a probability is in: (edges[b], edges[b + 1]], the first with 0; NaN in the last.
std::size_t bin_of(const std::vector<double>& edges, double probability);

}  // namespace mpilogit::statistics
