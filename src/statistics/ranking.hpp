#pragma once
// Ranking of rows by their score: areas under the ROC and precision-recall curves, and the curves.

#include <cstddef>
#include <optional>
#include <vector>

#include "comm/communicator.hpp"
#include "statistics/interval.hpp"
#include "statistics/ranked_scores.hpp"

namespace mpilogit::statistics {

/// With the weights W₁ (positives) and W₀ (negatives); all of these are collective, exact sums over
/// the groups of equal scores, and cost a look at this rank's groups and one allreduce.

/// The area under the ROC curve,
///     Σ_{i: y=1} s_i (W₀(z < z_i) + ½ W₀(z = z_i)) / (W₁ W₀).
/// None when a class has no weight.
std::optional<double> roc_auc(const RankedScores& ranked, const comm::Communicator& communicator);

/// The 95 % interval AUC ± 1.96 √v, cut to [0, 1], with DeLong's variance
///     v = S₁₀ / W₁ + S₀₁ / W₀,   S₁₀ = Σ_{i: y=1} s_i (V₁₀(z_i) − AUC)² / (W₁ − 1),
/// V₁₀(z): share of negatives below z, ties for half; S₀₁ likewise of the negatives, with V₀₁(z)
/// the share of positives above. Weights count rows. None unless W₁ > 1 and W₀ > 1. E. DeLong, D.
/// DeLong, D. Clarke-Pearson (1988); by ranks as X. Sun, W. Xu (2014).
std::optional<Interval> roc_auc_interval(const RankedScores& ranked, double auc,
                                         const comm::Communicator& communicator);

/// Whose rows are to be found: those of the class that scores high, or the others, from below.
enum class Target { positives, negatives };

/// Σ_t (R_t − R_(t−1)) P_t over all thresholds t, descending: recall R_t and precision P_t of the
/// rows at or above it. None when the class has no weight.
std::optional<double> average_precision(const RankedScores& ranked, Target target,
                                        const comm::Communicator& communicator);

/// What a wrong decision costs.
struct Cost {
  double false_positive = 1.0;
  double false_negative = 1.0;
};

struct BestThreshold {
  double score = 0.0;  ///< +∞: call no row positive
  double probability = 0.0;
  double cost = 0.0;  ///< mean, per unit of weight
  double false_positive_rate = 0.0;
  double true_positive_rate = 0.0;
};

/// The threshold that costs least when rows at or above it are called positive; of equal ones the
/// highest. None when a class has no weight.
std::optional<BestThreshold> best_threshold(const RankedScores& ranked, const Cost& cost,
                                            const comm::Communicator& communicator);

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
