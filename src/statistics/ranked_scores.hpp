#pragma once
// All rows of all ranks in the order of one score: what ROC curves and their like are made from.

#include <cstdint>
#include <span>
#include <vector>

#include "comm/communicator.hpp"
#include "statistics/metrics.hpp"

namespace mpilogit::statistics {

/// Weights of each class as integers, in units of RankedScores::unit(): they add exactly.
struct ClassWeights {
  std::int64_t negatives = 0;
  std::int64_t positives = 0;

  ClassWeights& operator+=(const ClassWeights& other) {
    negatives += other.negatives;
    positives += other.positives;
    return *this;
  }
};

/// Rows of one score.
struct TieGroup {
  double score = 0.0;
  ClassWeights weights;

  bool operator<(const TieGroup& other) const { return score < other.score; }
  void absorb(const TieGroup& other) { weights += other.weights; }
};

/// This rank's part of the tie groups of all ranks, ascending: no score of it is below one of the
/// ranks before it. A score is in one group, on one rank; where the rows came from is forgotten.
/// Rows of weight 0 are in none.
class RankedScores {
 public:
  /// Collective. Of two classes, by margin: probabilities near 1 would be tied by their rounding.
  /// Cost: one exchange of all rows (24 bytes each), O(n log n) work spread over the ranks.
  static RankedScores by_margin(const ScoredRows& rows, const comm::Communicator& communicator);

  /// Collective. Of any classes, class `positive` against all others, by its probability, of which
  /// `probabilities` has rows × classes. Cost: as above.
  static RankedScores by_probability(const ScoredRows& rows, std::span<const double> probabilities,
                                     std::uint32_t positive,
                                     const comm::Communicator& communicator);

  std::span<const TieGroup> groups() const { return groups_; }
  /// Of all groups of the ranks before this one.
  const ClassWeights& below() const { return below_; }
  /// Of all ranks.
  const ClassWeights& total() const { return total_; }
  bool both_classes() const { return total_.negatives > 0 && total_.positives > 0; }
  /// The weight that the integer 1 stands for, a power of two.
  double unit() const { return unit_; }

  /// P(y = 1) of a score.
  double probability(double score) const;

  /// use(group, below) for each of this rank's groups, ascending; `below`: the weights of all
  /// scores below it, on all ranks.
  template <class Use>
  void for_each_group(Use&& use) const {
    ClassWeights below = below_;
    for (const auto& group : groups_) {
      use(group, below);
      below += group.weights;
    }
  }

 private:
  struct Column;
  RankedScores(const ScoredRows& rows, const Column& column,
               const comm::Communicator& communicator);

  std::vector<TieGroup> groups_;
  ClassWeights below_;
  ClassWeights total_;
  double unit_ = 1.0;
  bool margins_ = false;
};

}  // namespace mpilogit::statistics
