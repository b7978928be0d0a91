#pragma once
// What points, lines and batches of one objective share.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/fixed_point.hpp"
#include "objective/curvature/hessian_plan.hpp"
#include "objective/pass/row_values.hpp"
#include "objective/passes.hpp"
#include "objective/point/likelihood.hpp"
#include "objective/ridge_penalty.hpp"
#include "objective/targets.hpp"
#include "solvers/objective.hpp"

namespace mpilogit::objective {

/// Coefficient vectors are (features + 1) × columns, the intercepts last.
struct Problem {
  /// Collective.
  Problem(const Passes& carrier, Targets targets, RidgePenalty chosen);

  /// Collective. The same problem over one in `stride` of the rows, normalised by their own weight.
  /// A class may be without weight there.
  Problem(const Problem& whole, std::int64_t stride);

  const Passes& passes;
  Sampling sampling;                   ///< which of all rows are in it
  std::vector<LocalBlock> sample;      ///< empty if all rows are in it
  std::span<const LocalBlock> blocks;  ///< of this rank, in it
  bool all_blocks() const { return sampling == Sampling{}; }
  std::int64_t global_rows = 0;  ///< in it, on all ranks
  RidgePenalty penalty;
  std::vector<double> class_weights;  ///< Σ s_i of each class
  double total_weight = 0.0;
  double smallest_weight = 1.0;  ///< min s_i over s_i > 0
  bool symmetric = false;        ///< softmax with coefficients for every class
  std::shared_ptr<const Likelihood> likelihood;
  std::shared_ptr<RowValuePool> row_values;       ///< local rows × columns
  std::vector<core::FixedPoint> gradient_scales;  ///< of Σ_i residual_ik x_ij
  std::vector<double> common_curvature;           ///< features + 1, if symmetric
  std::vector<double> quadratic_part;             ///< λ2 of each variable
  std::vector<double> largest_curvature;          ///< ≥ diag ∇²F anywhere
  solvers::HessianMatrixKind hessian_kind;
  double hessian_passes;      ///< what a Hessian matrix costs
  Sampling hessian_sampling;  ///< which of all rows are in a sampled Hessian

  void set_penalty(RidgePenalty chosen);
  void bound_curvature();
  void plan_hessian();

  const SharedRows& rows() const { return passes.rows(); }
  std::size_t features() const { return rows().features(); }
  std::size_t columns() const { return likelihood->columns(); }
  std::size_t dimension() const { return (features() + 1) * columns(); }
  std::span<const double> offsets() const { return rows().design.dataset().offsets(); }

  double penalty_value(std::span<const double> coefficients) const;

  /// gradient += ∇ of the penalty; 0 for excluded features.
  void add_penalty_gradient(std::span<const double> coefficients, std::span<double> gradient) const;

  /// product = (data part / total weight) + λ2 ∘ direction; 0 for excluded features.
  void finish_product(std::span<const double> direction, std::span<double> product) const;
};

}  // namespace mpilogit::objective
