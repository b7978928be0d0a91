#pragma once
// Mini-batches of whole blocks, the same on any number of ranks.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "objective/logistic_objective.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

/// Every epoch visits each block once, in an order that seed and epoch alone decide; a batch is so
/// many consecutive blocks of that order, wherever they live: ranks without one add nothing.
class LogisticBatches final : public solvers::BatchObjective {
 public:
  /// `batch_rows` is rounded to whole blocks, at least one. `objective` must outlive this object.
  LogisticBatches(const LogisticObjective& objective, std::int64_t batch_rows, std::uint64_t seed);

  std::int64_t batches() const override;
  /// Collective. Cost: the batch's rows; an allreduce of 8 bytes per coefficient.
  void batch_gradient(std::int64_t epoch, std::int64_t batch, std::span<const double> coefficients,
                      std::span<double> gradient) const override;
  /// ¼ max((1/S) Σ s_i x_ij², max_i x_ij² / rows of a batch) + λ2; 1 where that is 0. The second is
  /// the curvature that a rare column has in a batch where it occurs once.
  std::span<const double> curvature_bound() const override { return curvature_bound_; }

 private:
  const Problem& problem_;
  std::int64_t blocks_per_batch_ = 1;
  std::uint64_t seed_ = 0;
  std::vector<double> curvature_bound_;
  mutable std::int64_t shuffled_epoch_ = -1;
  mutable std::vector<std::int64_t> order_;
};

}  // namespace mpilogit::objective
