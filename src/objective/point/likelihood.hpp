#pragma once
// Losses, residuals and curvatures of rows.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/lane_sum.hpp"
#include "kernels/softmax.hpp"
#include "objective/design.hpp"
#include "objective/targets.hpp"

namespace mpilogit::objective {

/// Holds the targets of the local rows. Tiles are rows first … of a block, rows × columns.
class Likelihood {
 public:
  explicit Likelihood(Targets targets);

  std::size_t columns() const { return shape_.columns; }
  std::size_t classes() const { return binary_ ? 2 : columns() + (shape_.reference_class ? 1 : 0); }
  std::size_t rows() const { return rows_; }
  std::span<const double> weights() const { return weights_; }
  bool aggregated() const { return aggregated_; }

  /// Margins → residuals s_i ∂ℓ_i/∂z_ik, in place; |residual| ≤ s_i. Adds the losses.
  void residuals(const LocalBlock& block, std::size_t first, std::span<double> tile,
                 kernels::LaneSum& losses) const;

  /// Σ s_i of the block's rows of each class, added to `totals`.
  void add_class_weights(const LocalBlock& block, std::span<double> totals) const;

  /// Two classes, or very many: what the second derivative needs is made of the margins each time:
  /// of two classes two nanoseconds a row against eight bytes of memory, of thousands of classes
  /// exponentials of one block against probabilities of all rows.
  bool margins_are_state() const { return binary_ || columns() > kMostStoredColumns; }

  /// What else it needs of a whole block, from its margins: class probabilities (rows × columns).
  void curvature_state(std::span<const double> margins, std::span<double> state) const;

  /// The margins of a direction → Σ_l (∂²ℓ_i/∂z_ik ∂z_il) s_i u_il, in place. `state` is the
  /// block's.
  void curvature_products(const LocalBlock& block, std::size_t first, std::span<const double> state,
                          std::span<double> tile) const;

  /// curvatures[i] = s_i ∂²ℓ_i/∂z_ik ∂z_il over the whole block; at most s_i / 4 in size.
  void curvatures(const LocalBlock& block, std::span<const double> state, std::size_t k,
                  std::size_t l, std::span<double> curvatures) const;

  /// The same for k = l of all columns at once (block's rows × columns). Several classes.
  void diagonal_curvatures(const LocalBlock& block, std::span<const double> state,
                           std::span<double> curvatures) const;

  /// By how much each of the block's rows lies on its own side (signed_margins.hpp), from its
  /// margins (rows × columns).
  void gains(const LocalBlock& block, std::span<const double> margins,
             std::span<double> gains) const;

 private:
  // Above: no matrix over all pairs of so many columns is ever built (inference takes 8,000
  // coefficients and intercepts).
  static constexpr std::size_t kMostStoredColumns = 4096;

  std::span<const double> probabilities_of(std::span<const double> state,
                                           std::vector<double>& room) const;
  double binary_gain(std::size_t row, double margin) const;
  double class_gain(std::size_t row, std::span<const double> margins) const;

  kernels::SoftmaxShape shape_;
  bool binary_;
  bool aggregated_;
  std::size_t rows_;
  std::shared_ptr<const data::ClassIndices> shared_labels_;
  std::span<const std::uint8_t> binary_labels_;  // of them
  std::vector<std::uint32_t> labels_;
  std::vector<double> weights_;
  std::vector<double> success_weight_;  // aggregated rows
  std::vector<double> failure_weight_;
};

/// One block's curvatures of each column with itself, column by column. Cost of all: of few columns
/// a sum over the others for each, of many O(1) for each row and column, and the block's rows ×
/// columns in memory.
class BlockDiagonals {
 public:
  /// `state`: the block's. All must outlive this object.
  BlockDiagonals(const Likelihood& likelihood, const LocalBlock& block,
                 std::span<const double> state);

  void of(std::size_t k, std::span<double> curvatures) const;

 private:
  // Up to here sums are those that have always been: the bits of models hang on their order.
  static constexpr std::size_t kFewColumns = 100;

  const Likelihood& likelihood_;
  const LocalBlock& block_;
  std::span<const double> state_;
  std::vector<double> all_;  // of many columns
};

}  // namespace mpilogit::objective
