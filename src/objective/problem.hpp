#pragma once
// What points, lines and batches of one objective share. Immutable but for the pass counter.

#include <cstdint>
#include <span>
#include <vector>

#include "mpilogit/comm/communicator.hpp"
#include "mpilogit/core/fixed_point.hpp"
#include "mpilogit/data/dataset.hpp"
#include "mpilogit/objective/logistic_objective.hpp"
#include "mpilogit/solvers/objective.hpp"

#include "column_bounds.hpp"
#include "exact_pass.hpp"

namespace mpilogit::objective {

/// Coefficient vectors have one element per feature and, last, the intercept.
struct Problem {
  Problem(const data::Dataset& rows, comm::Communicator ranks, const LogisticOptions& options);

  const data::Dataset& dataset;
  comm::Communicator communicator;
  LogisticOptions options;
  std::vector<std::uint8_t> labels;  ///< 0 or 1 per local row
  std::vector<LocalBlock> blocks;    ///< this rank's
  ColumnBounds bounds;
  std::vector<core::FixedPoint> gradient_scales;  ///< of Σ_i residual_i x_ij
  std::int64_t hessian_stride = 0;  ///< every such block is in the Hessian matrix; 0: unaffordable
  mutable std::int64_t rows_read = 0;  ///< global rows read by all passes together

  std::size_t features() const { return static_cast<std::size_t>(dataset.shape().features); }
  std::size_t dimension() const { return features() + 1; }
  void count_pass() const { rows_read += dataset.shape().rows; }

  /// margins (local rows of the block) = offset_i + intercept: what the kernels add x_i · w onto.
  void start_margins(const LocalBlock& block, double intercept, std::span<double> margins) const;

  /// ½ λ2 ‖w‖² without the intercept, in ascending order.
  double penalty(std::span<const double> coefficients) const;
};

}  // namespace mpilogit::objective
