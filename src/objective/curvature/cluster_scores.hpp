#pragma once
// Sums of scores over clusters, and their products with vectors.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "objective/point/problem.hpp"

namespace mpilogit::objective {

/// Clusters that are summed together: what a sum of products rounds once.
inline constexpr std::int64_t kClusterBlock = 256;

/// g_c = Σ_{i in c} s_i u_i of some clusters, as rows of doubles on the rank that owns them: blocks
/// of clusters are dealt out to the ranks in turn.
struct OwnedScores {
  std::vector<LocalBlock> blocks;  ///< of this rank
  std::vector<double> scores;      ///< rows of all blocks × variables, row-major
  std::int64_t clusters = 0;       ///< of them, this rank's that have a row of positive weight
};

class ClusterScores {
 public:
  /// `residuals`: of the local rows; both spans must outlive this object.
  ClusterScores(const Problem& problem, std::span<const double> residuals,
                std::span<const std::size_t> variables);

  /// Collective. Of the clusters first … last − 1, `first` a multiple of kClusterBlock. Cost: one
  /// look at their rows, one exchange.
  OwnedScores of(std::int64_t first, std::int64_t last) const;

  /// B_v ≥ Σ_i |s_i u_iv|
  std::span<const double> bounds() const { return bounds_; }

 private:
  using Integers = std::vector<std::int64_t>;

  Integers sum_local_rows(std::int64_t first, std::int64_t last) const;
  std::vector<Integers> pack(const Integers& sums, std::int64_t first, std::int64_t last) const;
  bool counts(std::size_t row) const { return weights_.empty() || weights_[row] > 0.0; }

  const Problem& problem_;
  std::span<const double> residuals_;
  std::span<const std::uint32_t> groups_;
  std::span<const double> weights_;
  std::span<const std::size_t> variables_;
  std::vector<core::FixedPoint> scales_;
  std::vector<double> bounds_;
};

}  // namespace mpilogit::objective
