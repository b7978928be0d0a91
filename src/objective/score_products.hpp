#pragma once
// The sandwich's filling: products of the rows' or clusters' scores, as exact sums.

#include <cstddef>
#include <cstdint>
#include <span>

#include "objective/logistic_objective.hpp"
#include "solvers/cholesky.hpp"

namespace mpilogit::objective {

/// What a sample weight s means.
enum class WeightKind {
  frequency,  ///< s rows alike: s u uᵀ
  sampling,   ///< one row that stands for s others: s² u uᵀ
};

/// Collective. M = Σ_i s_i^p u_i u_iᵀ over `variables` (ascending), p = 1 for frequency weights, 2
/// for sampling weights, where s_i u_i is the gradient of the loss of row i: u_i = residual_i ⊗
/// (x_i, 1). An aggregated row is one row: its residual is successes − trials · P(y = 1).
/// `point`: of this objective. Cost: columns (columns + 1) / 2 Gram matrices, one pass.
solvers::SymmetricMatrix score_products(const LogisticObjective& objective,
                                        const solvers::Point& point,
                                        std::span<const std::size_t> variables, WeightKind kind);

struct ClusterProducts {
  solvers::SymmetricMatrix matrix;
  std::int64_t clusters = 0;  ///< that have a row of positive weight
};

/// What the scores of clusters may take of each rank's memory at a time.
inline constexpr std::int64_t kClusterBytes = std::int64_t{1} << 27;

/// Collective. M = Σ_c g_c g_cᵀ over `variables` (ascending), g_c = Σ_{i in c} s_i u_i: the
/// clusters are the data set's groups. Every row's score is rounded to an integer by itself, at the
/// scale of the gradient, so that a cluster's rows may lie on any ranks. Cost: two passes (one
/// score after the other: more than a fused pass) and an exchange of the scores of clusters, for
/// every `bytes` of them; then n² / 2 products per cluster.
ClusterProducts cluster_products(const LogisticObjective& objective, const solvers::Point& point,
                                 std::span<const std::size_t> variables,
                                 std::int64_t bytes = kClusterBytes);

}  // namespace mpilogit::objective
